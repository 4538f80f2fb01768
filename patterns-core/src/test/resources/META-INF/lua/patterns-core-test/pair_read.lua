#!lua flags=no-writes
--[[ pair_read: read two keys of one slot at once.
KEYS[1]  first, string
KEYS[2]  second, string
Returns  list of the two values, nil where a key is missing
Cost     O(1), one round trip        Slot    one slot
Time     none                        Redis   7.0+, Valkey 7.2+
Source   tests
]]
return { redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2]) }
