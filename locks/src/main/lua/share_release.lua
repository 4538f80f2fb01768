#!lua flags=allow-oom
--[[ share_release: end a lease on permits, or leave a queue, and hand what is free to those who are next.
KEYS[1]  resource, hash
Layout   used: permits out; ends: no lease ends before, us; fence; =<token>: until_us fence permits channel|-;
         =*<fence>: kept after a release; head<q>, tail<q>, @<channel> as in lock_acquire; ><token>: q and ticket;
         #<q><ticket>: channel ttl_ms takes permits token. Message as in lock_acquire
ARGV[1]  owner token
ARGV[2]  time for which nobody shall have the permits from now on, ms; 0 for none
ARGV[3]  time for which the fencing token is remembered after the lease, ms
ARGV[4]  1 if PUBLISH counts all who listen; 0 on a Cluster, where it counts those of one node
ARGV[5]  the queues, a letter each: whoever waits in one goes before all who wait in the next
ARGV[6]  channel on which the caller's lock object listens, '' for none: who of its own is let in is told by the reply
Returns  {1 the lease had not ended, or 0 it had, or there was none; then for each of its own that is let in what its
         message would say}
Cost     O(1), and O(waiters that are let in or dead), one round trip      Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Courtois, Heymans and Parnas, "Concurrent control with readers and writers", 1971; the handing over is ours
]]
local key = KEYS[1]
local me, keep_ms, memory_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local counts_all, queues, channel = ARGV[4] == '1', ARGV[5], ARGV[6]

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local shared = redis.call('HMGET', key, 'used', 'ends', 'fence', '=' .. me, '>' .. me)
if not tonumber(shared[1]) and redis.call('HLEN', key) > 0 then
  return redis.error_reply('WRONGTYPE The key holds something else than permits')
end
local used, ends_us, fence, full, reply = tonumber(shared[1]), tonumber(shared[2]), shared[3], false, {0}
if not shared[4] and not shared[5] then
  return reply
end
redis.call('HDEL', key, '=' .. me, '>' .. me, '#' .. (shared[5] or ''))
if shared[4] then
  local until_us, its_fence, took = string.match(shared[4], '^(%d+) (%d+) (%d+)')
  reply[1] = tonumber(until_us) > now_us and 1 or 0
  if keep_ms > 0 and reply[1] == 1 then
    until_us = now_us + keep_ms * 1000
    redis.call('HSET', key, '=*' .. its_fence, string.format('%.0f %s %s -', until_us, its_fence, took))
    ends_us = used == tonumber(took) and until_us or math.min(ends_us, until_us)
  else
    used = used - took
  end
end
ends_us = used > 0 and ends_us or math.huge

for queue in string.gmatch(queues, '.') do
  local ends = redis.call('HMGET', key, 'head' .. queue, 'tail' .. queue)
  local head, tail = tonumber(ends[1] or 0), tonumber(ends[2] or 0)
  while head < tail and not full do
    local waiter = redis.call('HGET', key, '#' .. queue .. head + 1)
    if waiter then
      local its_channel, ttl_ms, takes, permits, token = string.match(waiter, '^(%S+) (%d+) (%d+) (%d+) (%S+)$')
      local ours, alive = its_channel == channel, tonumber(redis.call('HGET', key, '@' .. its_channel) or 0) > now_us
      full = alive and used + takes > tonumber(permits)
      if not full then
        redis.call('HDEL', key, '#' .. queue .. head + 1, '>' .. token)
        local its_fence, until_us = string.format('%.0f', math.max(fence, now_us) + 1), now_us + ttl_ms * 1000
        local message = string.format('%s %.0f %s %s %s', its_fence, now_us, ttl_ms, token, key)
        local heard = alive and (ours or redis.call('PUBLISH', its_channel, message) > 0 or not counts_all)
        if heard then
          fence, used, ends_us = its_fence, used + takes, math.min(ends_us, until_us)
          local lease = string.format('%.0f %s %s %s', until_us, fence, takes, its_channel)
          redis.call('HSET', key, '=' .. token, lease, 'fence', fence)
          redis.call('PEXPIRE', key, ttl_ms + memory_ms, 'GT')
          reply[#reply + 1] = ours and message or nil
        else -- its process learns by share_watch that it has to queue again
          redis.call('HDEL', key, '@' .. its_channel)
        end
      end
    end
    head = full and head or head + 1
  end
  if tail > 0 then
    redis.call('HSET', key, 'head' .. queue, head)
  end
end
redis.call('HSET', key, 'used', used, 'ends', used > 0 and ends_us or 0)
return reply
