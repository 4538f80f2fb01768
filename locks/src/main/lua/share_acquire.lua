#!lua
--[[ share_acquire: take permits of a resource if they are free and nobody goes before, else join a queue of those who wait.
KEYS[1]  resource, hash
Layout   used: permits out; ends: no lease ends before, us; fence; =<token>: until_us fence permits channel|-;
         =*<fence>: kept after a release; head<q>, tail<q>, @<channel> as in lock_acquire; ><token>: q and ticket;
         #<q><ticket>: channel ttl_ms takes permits token. Message as in lock_acquire
ARGV[1]  owner token, unlike every other request's
ARGV[2]  lease time, ms
ARGV[3]  channel on which the caller's process listens; '' to not wait
ARGV[4]  time after which a process that was not heard of counts as dead, ms
ARGV[5]  time for which the fencing token is remembered after the lease, ms
ARGV[6]  the queues, a letter each, of those who go before; the last is the request's own
ARGV[7]  permits that it takes
ARGV[8]  permits that there are, as the caller has it
Returns  {fencing token, ms left, server time in us} if the lease is the caller's, also by an earlier run;
         {nil, ms before which no lease ends, server time in us} if it is not: then, if it waits, it is in the
         queue. 0 ms if only share_watch can tell: leases have ended, or others go before who may be dead
Cost     O(1), and O(leases + waiters) when a process first waits here, one round trip      Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Dijkstra, "Cooperating sequential processes", 1965; a writer is one who takes all permits. The queues are ours
]]
local key = KEYS[1]
local me, ttl_ms, channel, alive_ms = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local memory_ms, queues, takes, permits = tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local shared = redis.call('HMGET', key, 'used', 'ends', 'fence', '=' .. me, '>' .. me)
if not tonumber(shared[1]) and redis.call('HLEN', key) > 0 then
  return redis.error_reply('WRONGTYPE The key holds something else than permits')
end
local used, ends_us, place = tonumber(shared[1] or 0), tonumber(shared[2] or 0), shared[5]
if shared[4] then
  local until_us, fence, took = string.match(shared[4], '^(%d+) (%d+) (%d+)')
  if tonumber(until_us) > now_us then
    return {fence, math.floor((until_us - now_us) / 1000), now_us}
  end
  used = used - took
end

local fits, first = used + takes <= permits, true
for queue in string.gmatch(queues, '.') do
  local ends = redis.call('HMGET', key, 'head' .. queue, 'tail' .. queue)
  first = first and ends[1] == ends[2]
end
if fits and first then
  local until_us = now_us + ttl_ms * 1000
  local fence = string.format('%.0f', math.max(tonumber(shared[3] or 0), now_us) + 1)
  redis.call('HSET', key, '=' .. me, string.format('%.0f %s %d -', until_us, fence, takes), 'fence', fence,
    'used', used + takes, 'ends', used > 0 and math.min(ends_us, until_us) or until_us)
  redis.call('PEXPIRE', key, ttl_ms + memory_ms, shared[3] and 'GT' or 'NX')
  return {fence, ttl_ms, now_us}
end
if channel ~= '' then
  if not place then
    local queue = string.sub(queues, -1)
    local ticket = (redis.call('HGET', key, 'tail' .. queue) or 0) + 1
    place = queue .. ticket
    redis.call('HSET', key, 'tail' .. queue, ticket)
  end
  local waiter = string.format('%s %d %d %d %s', channel, ttl_ms, takes, permits, me)
  redis.call('HSET', key, '>' .. me, place, '#' .. place, waiter)
  if redis.call('HSET', key, '@' .. channel, now_us + alive_ms * 1000) == 1 then -- so that the dead do not pile up
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
      if string.sub(all[i], 1, 1) == '@' and tonumber(all[i + 1]) <= now_us then
        redis.call('HDEL', key, all[i])
      end
    end
  end
end
local unsure = fits and (channel == '' or used == 0)
return {false, unsure and 0 or math.max(0, math.ceil((ends_us - now_us) / 1000)), now_us}
