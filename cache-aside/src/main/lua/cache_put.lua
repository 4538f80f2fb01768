#!lua
--[[ cache_put: store a value whatever was there, and so end every load under way.
KEYS[1]  entry or lease, string
ARGV[1]  entry
ARGV[2]  time to live, ms
Returns  1 stored; error WRONGTYPE, with nothing changed, if the key holds another type
Cost     O(1), one round trip        Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]
local entry, ttl_ms = ARGV[1], ARGV[2]

local kind = redis.call('TYPE', key).ok
if kind ~= 'string' and kind ~= 'none' then
  return redis.error_reply('WRONGTYPE the key holds a ' .. kind .. ', not a cache entry')
end
redis.call('SET', key, entry, 'PX', ttl_ms)
return 1
