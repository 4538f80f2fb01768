#!lua flags=allow-oom
--[[ lock_release: end a lease, only if it is the caller's, and hand the lock to the next in the queue; or leave the queue.
KEYS[1]  lock, string: CA 4C until_us:7 fence:7 owner; while others wait, hash
Layout   hash: owner, until (us, 0 ended), fence; head, tail: the last ticket served, and given out;
         @<channel>: when its process counts as dead, us; ><token>: its ticket;
         #<ticket>: channel counts_all ttl_ms forget_ms token. Message: fence, server time in us, ttl_ms, token, key
ARGV[1]  owner token
ARGV[2]  channel on which the caller's lock object listens, '' for none: who of its own is next is told by the reply
ARGV[3]  time for which nobody shall have the lock from now on, ms; none if the next may have it at once
ARGV[4]  with it, time after which the key is forgotten, ms
Returns  1 it was the caller's; {1, message} if it is handed on within the lock object; 0 it was not the caller's: it had
         ended and is another's, or nobody's
Cost     O(1), and O(waiters that are dead), one round trip      Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Redis docs, "Distributed locks"; the handing over is ours
]]
local key = KEYS[1]
local me, channel, keep_ms, forget_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local queued = redis.call('TYPE', key).ok == 'hash'
local lock = not queued and redis.call('GET', key)
if not queued then
  if not lock or string.sub(lock, 17) ~= me then
    return 0
  elseif not keep_ms then
    redis.call('SETRANGE', key, 2, '\0\0\0\0\0\0\0')
    return 1
  end
end
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
if not queued then
  redis.call('SETRANGE', key, 2, struct.pack('>I7', now_us + keep_ms * 1000))
  redis.call('SETRANGE', key, 16, string.rep('\0', #me)) -- nobody's
  redis.call('PEXPIRE', key, forget_ms)
  return 1
end

lock = redis.call('HMGET', key, 'owner', 'fence', 'head', 'tail', '>' .. me)
-- It may have held the lock before, and wait again since that ended.
if lock[5] then redis.call('HDEL', key, '>' .. me, '#' .. lock[5]) end
if lock[1] ~= me then
  return 0
elseif keep_ms then
  redis.call('HSET', key, 'owner', '', 'until', now_us + keep_ms * 1000)
  redis.call('PEXPIRE', key, forget_ms)
  return 1
end
local fence, head, tail, first = tonumber(lock[2]), tonumber(lock[3] or 0), tonumber(lock[4]), nil
for ticket = head + 1, tail do
  local waiter = redis.call('HGET', key, '#' .. ticket)
  if waiter then
    local its_channel, counts_all, ttl_ms, its_forget_ms, token = string.match(waiter, '^(%S+) (%d) (%d+) (%d+) (%S+)$')
    if tonumber(redis.call('HGET', key, '@' .. its_channel) or 0) <= now_us then
      redis.call('HDEL', key, '#' .. ticket, '>' .. token, '@' .. its_channel)
    else
      fence = math.max(fence, now_us) + 1
      local message = string.format('%.0f %.0f %s %s %s', fence, now_us, ttl_ms, token, key)
      if its_channel == channel or redis.call('PUBLISH', its_channel, message) > 0 or counts_all == '0' then
        if ticket == tail and not first then -- nobody waits any more
          redis.call('SET', key, struct.pack('>c2I7I7', '\202L', now_us + ttl_ms * 1000, fence) .. token)
        else
          redis.call('HDEL', key, '#' .. ticket, '>' .. token)
          redis.call('HSET', key, 'owner', token, 'until', now_us + ttl_ms * 1000, 'fence', fence, 'head', first or ticket)
        end
        redis.call('PEXPIRE', key, its_forget_ms)
        return its_channel == channel and {1, message} or 1
      end
      first = first or ticket - 1 -- cannot be reached now, and keeps its place
    end
  end
end
if first then
  redis.call('HSET', key, 'owner', '', 'until', 0, 'fence', fence, 'head', first)
else
  redis.call('SET', key, struct.pack('>c2I7I7', '\202L', 0, fence), 'KEEPTTL')
end
return 1
