#!lua
--[[ rate_slots_acquire: take a slot for the time of a lease, if one is free.
KEYS[1]  slots, sorted set: CA 53 = inf, and the token of each slot in use = end of its lease, us
ARGV[1]  token, unlike every other
ARGV[2]  time of the lease, ms
ARGV[3]  how many slots there are
Returns  1 if granted, else 0; slots left; us until one is free at the latest, if nobody extends; 0 if granted
Cost     O(log slots), and O(leases that have ended), one round trip     Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Gray and Cheriton, "Leases", SOSP'89
]]
local key, token, lease_ms, slots = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

if not redis.call('ZSCORE', key, '\202S') and redis.call('EXISTS', key) == 1 then
  return redis.error_reply('WRONGTYPE The key holds something else than slots')
end
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now = string.format('%.0f', now_us)
local used = redis.call('ZCOUNT', key, '(' .. now, '(inf')
if used >= slots then
  local next = redis.call('ZRANGE', key, '(' .. now, '(inf', 'BYSCORE', 'LIMIT', used - slots, 1, 'WITHSCORES')
  return {0, 0, next[2] - now_us}
end
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
redis.call('ZADD', key, 'inf', '\202S', string.format('%.0f', now_us + lease_ms * 1000), token)
if redis.call('PTTL', key) <= lease_ms then
  redis.call('PEXPIRE', key, lease_ms + 1) -- 1: Redis counts whole ms
end
return {1, slots - used - 1, 0}
