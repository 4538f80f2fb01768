#!lua
--[[ cache_fill: store what a load has brought, only if its lease is still there.
KEYS[1]  entry or lease, string
ARGV[1]  load id, 8 bytes
ARGV[2]  kind of the entry: E a value, N the source of truth has none
ARGV[3]  value
ARGV[4]  time after which the entry is stale, ms
ARGV[5]  time that the load took, us
ARGV[6]  time to live, ms
ARGV[7]  prefix of the channels on which waiters listen
Returns  1 stored, also by an earlier run of the same call; 0 discarded: the lease expired or was invalidated
Cost     O(waiters), one round trip  Slot    one key
Time     the server's, ms: the entry's birth          Redis   7.0+, Valkey 7.2+
Layout   lease: CA 02 'L' id:8 waiters:8 each; entry: CA 02 'E'|'N' id:8 born_ms:6 soft_ms:5 load_us:4 refresh_ms:6 value
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]
local id, kind, value, soft_ms, load_us, ttl_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local channel_prefix = ARGV[7]

local head = redis.call('GETRANGE', key, 0, 31)
if string.sub(head, 1, 2) ~= '\202\2' or string.sub(head, 4, 11) ~= id then
  return 0 -- nothing there, foreign, or another load's
end
local waiters = ''
if string.sub(head, 3, 3) == 'L' then -- our lease, and behind it those who wait
  waiters = string.sub(redis.call('GET', key), 12)
elseif string.sub(head, 27, 32) == '\0\0\0\0\0\0' then
  return 1 -- stored already, by an earlier run of this call
end
local time = redis.call('TIME')
local born_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local header = '\202\2' .. kind .. id .. struct.pack('>I6I5I4I6', born_ms, soft_ms, load_us, 0)
redis.call('SET', key, header .. value, 'PX', ttl_ms)
for i = 1, #waiters, 8 do
  redis.call('PUBLISH', channel_prefix .. string.sub(waiters, i, i + 7), key)
end
return 1
