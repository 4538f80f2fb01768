#!lua flags=allow-oom
--[[ share_extend: let a lease on permits end later, only if it has not ended.
KEYS[1]  resource, hash
Layout   used: permits out; ends: no lease ends before, us; fence; =<token>: until_us fence permits channel|-;
         =*<fence>: kept after a release; head<q>, tail<q>, @<channel> as in lock_acquire; ><token>: q and ticket;
         #<q><ticket>: channel ttl_ms takes permits token. Message as in lock_acquire
ARGV[1]  owner token
ARGV[2]  lease time from now on, ms; a lease is never shortened
ARGV[3]  time for which the fencing token is remembered after the lease, ms
Returns  1 extended; 0 the lease has ended
Cost     O(1), one round trip        Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Gray and Cheriton, "Leases", SOSP'89
]]
local key = KEYS[1]
local me, ttl_ms, memory_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local shared = redis.call('HMGET', key, 'used', 'ends', '=' .. me)
if not tonumber(shared[1]) and redis.call('HLEN', key) > 0 then
  return redis.error_reply('WRONGTYPE The key holds something else than permits')
end
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local until_us, fence, took, channel = string.match(shared[3] or '', '^(%d+) (%d+) (%d+) (%S+)$')
if tonumber(until_us or 0) <= now_us then
  return 0
end
local later_us = now_us + ttl_ms * 1000
if tonumber(until_us) < later_us then
  local alone = tonumber(took) == tonumber(shared[1]) -- else others may end before: to look costs O(leases)
  local lease = string.format('%.0f %s %s %s', later_us, fence, took, channel)
  redis.call('HSET', key, '=' .. me, lease, 'ends', alone and later_us or shared[2])
  redis.call('PEXPIRE', key, ttl_ms + memory_ms, 'GT')
end
return 1
