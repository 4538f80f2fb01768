#!lua flags=allow-oom
--[[ lock_watch: keep the waiters of one process in the queue, and hand over a lock whose lease has ended.
KEYS[1]  lock, string: CA 4C until_us:7 fence:7 owner; while others wait, hash
Layout   hash: owner, until (us, 0 ended), fence; head, tail: the last ticket served, and given out;
         @<channel>: when its process counts as dead, us; ><token>: its ticket;
         #<ticket>: channel counts_all ttl_ms forget_ms token. Message: fence, server time in us, ttl_ms, token, key
ARGV[1]  channel on which the process listens; '' for one that only hands over
ARGV[2]  time after which a process that was not heard of counts as dead, ms
Returns  {1, ms until the lease ends, server time in us, owner, fencing token, ms left}, without the last three if
         nobody holds it; the first is 0 if the process is not known here: its waiters have to queue again.
         Its end is rounded up, what is left of it is rounded down
Cost     O(waiters that are dead), one round trip      Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   ours
]]
local key = KEYS[1]
local channel, alive_ms = ARGV[1], ARGV[2]

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local queued = redis.call('TYPE', key).ok == 'hash'
local lock = not queued and redis.call('GET', key)
local known, owner, until_us, fence = 0, nil, 0, nil
if queued then
  lock = redis.call('HMGET', key, 'owner', 'until', 'fence', 'head', 'tail', '@' .. channel)
  owner, until_us, fence = lock[1], tonumber(lock[2]), tonumber(lock[3])
  if lock[6] then
    known = 1
    redis.call('HSET', key, '@' .. channel, now_us + alive_ms * 1000)
  end
elseif lock and #lock >= 16 then
  until_us, fence = struct.unpack('>I7I7', lock, 3)
  owner = string.sub(lock, 17)
end
if until_us > now_us then
  local left_ms = (until_us - now_us) / 1000
  return {known, math.ceil(left_ms), now_us, owner, string.format('%.0f', fence), math.floor(left_ms)}
elseif not queued then
  return {known, 0, now_us}
end

local head, tail, first = tonumber(lock[4] or 0), tonumber(lock[5]), nil
for ticket = head + 1, tail do
  local waiter = redis.call('HGET', key, '#' .. ticket)
  if waiter then
    local its_channel, counts_all, ttl_ms, forget_ms, token = string.match(waiter, '^(%S+) (%d) (%d+) (%d+) (%S+)$')
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
        redis.call('PEXPIRE', key, forget_ms)
        return {known, tonumber(ttl_ms), now_us, token, string.format('%.0f', fence), tonumber(ttl_ms)}
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
return {known, 0, now_us}
