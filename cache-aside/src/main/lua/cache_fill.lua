#!lua
--[[ cache_fill: store what a load has brought, only if its lease is still there.
KEYS[1]  entry or lease, string
ARGV[1]  lease record of this load
ARGV[2]  entry; begins with the same load id, so that no other load writes the same bytes
ARGV[3]  time to live, ms
Returns  1 stored, also by an earlier run of the same call; 0 discarded: the lease expired or was invalidated
Cost     O(1), one round trip        Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]
local lease, entry, ttl_ms = ARGV[1], ARGV[2], ARGV[3]

local current = redis.call('GET', key)
if current == entry then
  return 1
end
if current ~= lease then
  return 0
end
redis.call('SET', key, entry, 'PX', ttl_ms)
return 1
