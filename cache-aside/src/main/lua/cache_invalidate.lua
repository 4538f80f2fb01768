#!lua flags=allow-oom
--[[ cache_invalidate: remove the entry, and so end every load under way: its lease is the same key.
KEYS[1]  entry or lease, string
Returns  1 removed; 0 there was nothing; error WRONGTYPE, with nothing changed, if the key holds another type
Cost     O(1), one round trip        Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]

local kind = redis.call('TYPE', key).ok
if kind ~= 'string' and kind ~= 'none' then
  return redis.error_reply('WRONGTYPE the key holds a ' .. kind .. ', not a cache entry')
end
return redis.call('UNLINK', key)
