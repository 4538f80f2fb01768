#!lua
--[[ cache_lease: take the right to load a missing key, or say what is there.
KEYS[1]  entry or lease, string
ARGV[1]  load id, 8 bytes, unlike every other load's
ARGV[2]  lease time, ms
ARGV[3]  bytes that count as missing because they cannot be read; '' for none
Returns  nil if the lease is the caller's; else the value at the key: an entry, or the lease of another load
Cost     O(1), one round trip        Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Layout   lease: CA 02 'L' id:8 waiters:8 each; entry: CA 02 'E'|'N' id:8 born_ms:6 soft_ms:5 load_us:4 refresh_ms:6 value
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]
local id, lease_ms, unreadable = ARGV[1], ARGV[2], ARGV[3]

local lease = '\202\2L' .. id
local current = redis.call('GET', key)
if current and string.sub(current, 1, 11) ~= lease and current ~= unreadable then
  return current
end
redis.call('SET', key, lease, 'PX', lease_ms)
return false
