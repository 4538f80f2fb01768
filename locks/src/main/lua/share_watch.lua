#!lua flags=allow-oom
--[[ share_watch: keep the waiters of one process in their queues, forget leases that have ended, and let in who is next.
KEYS[1]  resource, hash
Layout   used: permits out; ends: no lease ends before, us; fence; =<token>: until_us fence permits channel|-;
         =*<fence>: kept after a release; head<q>, tail<q>, @<channel> as in lock_acquire; ><token>: q and ticket;
         #<q><ticket>: channel ttl_ms takes permits token. Message as in lock_acquire
ARGV[1]  channel on which the process listens; '' for one that only lets others in
ARGV[2]  time after which a process that was not heard of counts as dead, ms
ARGV[3]  time for which the fencing token is remembered after the lease, ms
ARGV[4]  1 if PUBLISH counts all who listen; 0 on a Cluster, where it counts those of one node
ARGV[5]  the queues, a letter each: whoever waits in one goes before all who wait in the next
Returns  {1, ms until the next lease ends, server time in us, then for each lease that was handed to the process, or to
         anybody just now: its token, fencing token, ms left}; or {0, 0, server time in us} if the process is not known
         here: its waiters have to queue again
Cost     O(leases + waiters), one round trip     Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   ours
]]
local key, channel, alive_ms, memory_ms, counts_all = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local shared = redis.call('HMGET', key, 'fence', '@' .. channel, 'used')
local fence, used, ends_us, full, reply = shared[1], 0, math.huge, false, {1, 0, now_us}
if not tonumber(shared[3]) and redis.call('HLEN', key) > 0 then
  return redis.error_reply('WRONGTYPE The key holds something else than permits')
elseif not shared[channel == '' and 1 or 2] then
  return {channel == '' and 1 or 0, 0, now_us}
end
if channel ~= '' then
  redis.call('HSET', key, '@' .. channel, now_us + alive_ms * 1000)
end
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do -- nothing but a lease has these four parts
  local until_us, its_fence, took, its_channel = string.match(all[i + 1], '^(%d+) (%d+) (%d+) (%S+)$')
  if until_us and tonumber(until_us) <= now_us then
    redis.call('HDEL', key, all[i])
  elseif until_us then
    used, ends_us = used + took, math.min(ends_us, tonumber(until_us))
    if its_channel == channel then
      local left_ms = math.floor((until_us - now_us) / 1000)
      reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = string.sub(all[i], 2), its_fence, left_ms
    end
  end
end

for queue in string.gmatch(ARGV[5], '.') do
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
          reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = token, fence, tonumber(ttl_ms)
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
reply[2] = used > 0 and math.ceil((ends_us - now_us) / 1000) or 0
return reply
