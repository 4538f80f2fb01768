#!lua flags=allow-oom
--[[ cache_release: end a load that brings nothing to store, only if its lease is still there.
KEYS[1]  entry or lease, string
ARGV[1]  load id, 8 bytes
ARGV[2]  prefix of the channels on which waiters listen
Returns  1 the key is empty now; 0 the lease expired or was invalidated
Cost     O(waiters), one round trip  Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Layout   lease: CA 02 'L' id:8 waiters:8 each; entry: CA 02 'E'|'N' id:8 born_ms:6 soft_ms:5 load_us:4 refresh_ms:6 value
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]
local id, channel_prefix = ARGV[1], ARGV[2]

local head = redis.call('GETRANGE', key, 0, 31)
if string.sub(head, 1, 2) ~= '\202\2' or string.sub(head, 4, 11) ~= id then
  return 0 -- nothing there, foreign, or another load's
end
local waiters = ''
if string.sub(head, 3, 3) == 'L' then -- our lease, and behind it those who wait
  waiters = string.sub(redis.call('GET', key), 12)
elseif string.sub(head, 27, 32) == '\0\0\0\0\0\0' then
  return 0 -- an entry that was stored; one that is being refreshed is removed
end
redis.call('UNLINK', key)
for i = 1, #waiters, 8 do
  redis.call('PUBLISH', channel_prefix .. string.sub(waiters, i, i + 7), key)
end
return 1
