#!lua flags=no-writes
--[[ time_read: the server's time.
KEYS[1]  any key of the slot to ask
Returns  text: microseconds since 1970
Cost     O(1), one round trip        Slot    one key
Time     server                      Redis   7.0+, Valkey 7.2+
Source   tests
]]
redis.call('EXISTS', KEYS[1])
local time = redis.call('TIME')
return string.format('%d', time[1] * 1000000 + time[2])
