#!lua flags=allow-oom
--[[ cache_release: give a lease back unused, only if it is still there.
KEYS[1]  entry or lease, string
ARGV[1]  lease record of this load
Returns  1 released; 0 the lease expired or was invalidated
Cost     O(1), one round trip        Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1
]]
local key = KEYS[1]
local lease = ARGV[1]

if redis.call('GET', key) ~= lease then
  return 0
end
return redis.call('DEL', key)
