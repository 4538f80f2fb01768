#!lua
--[[ cache_lease: take the right to load a missing key, or say what is there.
KEYS[1]  entry or lease, string
ARGV[1]  lease record of this load
ARGV[2]  lease time, ms
ARGV[3]  SHA-1 of a value that counts as missing because it cannot be read; '' for none
Returns  nil if the lease is the caller's; else the value at the key: an entry, or the lease of another load
Cost     O(1), one round trip        Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]
local lease, lease_ms, unreadable = ARGV[1], ARGV[2], ARGV[3]

local current = redis.call('GET', key)
local free = not current or current == lease
if not free and unreadable ~= '' then
  free = redis.sha1hex(current) == unreadable
end
if not free then
  return current
end
redis.call('SET', key, lease, 'PX', lease_ms)
return false
