#!lua flags=allow-oom
--[[ lock_extend: let a lease end later, only if it is still the caller's.
KEYS[1]  lock, string: CA 4C until_us:7 fence:7 owner; while others wait, hash
Layout   hash: owner, until (us, 0 ended), fence; head, tail: the last ticket served, and given out;
         @<channel>: when its process counts as dead, us; ><token>: its ticket;
         #<ticket>: channel counts_all ttl_ms forget_ms token. Message: fence, server time in us, ttl_ms, token, key
ARGV[1]  owner token
ARGV[2]  lease time from now on, ms; a lease is never shortened, but written again: replicas acknowledge writes only
ARGV[3]  time after which the key is forgotten, with its fencing token: longer than the lease, ms
Returns  1 extended; 0 the lease has ended or is another's
Cost     O(1), one round trip        Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Redis docs, "Distributed locks"
]]
local key = KEYS[1]
local me, ttl_ms, forget_ms = ARGV[1], ARGV[2], ARGV[3]

local queued = redis.call('TYPE', key).ok == 'hash'
local lock = not queued and redis.call('GET', key)
local owner, until_us
if queued then
  lock = redis.call('HMGET', key, 'owner', 'until')
  owner, until_us = lock[1], tonumber(lock[2])
elseif lock and #lock >= 16 then
  owner, until_us = string.sub(lock, 17), struct.unpack('>I7', lock, 3)
end
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
if owner ~= me or until_us <= now_us then
  return 0
end
local later_us = math.max(until_us, now_us + ttl_ms * 1000)
if queued then
  redis.call('HSET', key, 'until', later_us)
else
  redis.call('SETRANGE', key, 2, struct.pack('>I7', later_us))
end
if later_us > until_us then
  redis.call('PEXPIRE', key, forget_ms)
end
return 1
