#!lua flags=allow-oom
--[[ rate_slots_release: give a slot back, and delete the key with the last one.
KEYS[1]  slots, sorted set: CA 53 = inf, and the token of each slot in use = end of its lease, us
ARGV[1]  token
Returns  1 the lease had not ended; 0 it had, or there was none
Cost     O(log slots), one round trip    Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Gray and Cheriton, "Leases", SOSP'89
]]
local key, token = KEYS[1], ARGV[1]

local ends_us = tonumber(redis.call('ZSCORE', key, token) or 0)
if ends_us == 0 then
  return 0
end
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
redis.call('ZREM', key, token)
if redis.call('ZCOUNT', key, string.format('(%.0f', now_us), '(inf') == 0 then
  redis.call('UNLINK', key)
end
return ends_us > now_us and 1 or 0
