#!lua flags=allow-oom
--[[ cache_invalidate: remove the entry, and so end every load under way: its lease is the same key.
KEYS[1]  entry or lease, string
ARGV[1]  prefix of the channels on which waiters listen
Returns  1 removed; 0 there was nothing; error WRONGTYPE, with nothing changed, if the key holds another type
Cost     O(waiters), one round trip  Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Layout   lease: CA 02 'L' id:8 waiters:8 each; entry: CA 02 'E'|'N' id:8 born_ms:6 soft_ms:5 load_us:4 refresh_ms:6 value
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]
local channel_prefix = ARGV[1]

local waiters = ''
if redis.call('GETRANGE', key, 0, 2) == '\202\2L' then
  waiters = string.sub(redis.call('GET', key), 12)
end
local removed = redis.call('UNLINK', key)
for i = 1, #waiters, 8 do
  redis.call('PUBLISH', channel_prefix .. string.sub(waiters, i, i + 7), key)
end
return removed
