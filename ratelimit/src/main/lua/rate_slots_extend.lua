#!lua flags=allow-oom
--[[ rate_slots_extend: let the lease of a slot end later, only if it has not ended.
KEYS[1]  slots, sorted set: CA 53 = inf, and the token of each slot in use = end of its lease, us
ARGV[1]  token
ARGV[2]  time of the lease from now on, ms; a lease is never shortened
Returns  1 extended; 0 the lease has ended
Cost     O(log slots), one round trip    Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Gray and Cheriton, "Leases", SOSP'89
]]
local key, token, lease_ms = KEYS[1], ARGV[1], tonumber(ARGV[2])

local ends_us = tonumber(redis.call('ZSCORE', key, token) or 0)
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
if ends_us <= now_us then
  return 0
end
redis.call('ZADD', key, 'GT', string.format('%.0f', now_us + lease_ms * 1000), token)
if redis.call('PTTL', key) <= lease_ms then
  redis.call('PEXPIRE', key, lease_ms + 1) -- 1: Redis counts whole ms
end
return 1
