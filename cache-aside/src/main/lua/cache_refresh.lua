#!lua
--[[ cache_refresh: take the right to refresh an entry while it goes on being served.
KEYS[1]  entry or lease, string
ARGV[1]  load id that the caller has seen in the entry, 8 bytes
ARGV[2]  load id of this load, 8 bytes
ARGV[3]  lease time, ms
Returns  1 the caller loads, also by an earlier run of the same call; 0 the entry has changed, or another loads
Cost     O(1), one round trip        Slot    one key
Time     the server's, ms: when the lease ends        Redis   7.0+, Valkey 7.2+
Layout   lease: CA 02 'L' id:8 waiters:8 each; entry: CA 02 'E'|'N' id:8 born_ms:6 soft_ms:5 load_us:4 refresh_ms:6 value
Source   RFC 5861, section 3 (stale-while-revalidate); Nishtala et al., NSDI'13, section 3.2.1 (leases)
]]
local key = KEYS[1]
local seen, id, lease_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])

local head = redis.call('GETRANGE', key, 0, 31)
local kind = string.sub(head, 1, 3)
if #head < 32 or (kind ~= '\202\2E' and kind ~= '\202\2N') then
  return 0
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local loads = struct.unpack('>I6', string.sub(head, 27, 32)) > now_ms
local current = string.sub(head, 4, 11)
if loads or current ~= seen then
  return (loads and current == id) and 1 or 0
end
redis.call('SETRANGE', key, 3, id .. string.sub(head, 12, 26) .. struct.pack('>I6', now_ms + lease_ms))
return 1
