#!lua
--[[ lock_acquire: take a lock that is free, else join the queue of those who wait for it.
KEYS[1]  lock, string: CA 4C until_us:7 fence:7 owner; while others wait, hash
Layout   hash: owner, until (us, 0 ended), fence; head, tail: the last ticket served, and given out;
         @<channel>: when its process counts as dead, us; ><token>: its ticket;
         #<ticket>: channel counts_all ttl_ms forget_ms token. Message: fence, server time in us, ttl_ms, token, key
ARGV[1]  owner token, unlike every other request's
ARGV[2]  lease time, ms
ARGV[3]  time after which the key is forgotten, with its fencing token: longer than the lease, ms
ARGV[4]  channel on which the caller's process listens; none to not wait
ARGV[5]  1 if PUBLISH counts all who listen; 0 on a Cluster, where it counts those of one node
ARGV[6]  time after which a process that was not heard of counts as dead, ms
Returns  fencing token if the lease is the caller's; {fencing token, ms left} if it has been since an earlier run;
         {0, ms left, server time in us} if it is another's: then the caller is in the queue, if it waits
         and the key's slot is not moving away
Cost     O(1), one round trip        Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Kleppmann, "How to do distributed locking", 2016 (fencing); the queue is ours
]]
local key = KEYS[1]
local me, ttl_ms, forget_ms, channel, counts_all, alive_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local queued = redis.call('TYPE', key).ok == 'hash'
local lock = not queued and redis.call('GET', key)
local owner, until_us, fence, tail = nil, 0, 0, nil
if queued then
  lock = redis.call('HMGET', key, 'owner', 'until', 'fence', 'tail')
  owner, until_us, fence, tail = lock[1], tonumber(lock[2]), tonumber(lock[3]), tonumber(lock[4])
elseif lock then
  until_us, fence = nil, nil
  if #lock >= 16 and string.sub(lock, 1, 2) == '\202L' then
    until_us, fence = struct.unpack('>I7I7', lock, 3)
    owner = string.sub(lock, 17)
  end
end
if not until_us or not fence then
  return redis.error_reply('WRONGTYPE The key holds something else than a lock')
end

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
if until_us <= now_us and not tail then
  if fence < now_us then
    fence = now_us
  end
  local record = struct.pack('>c2I7I7', '\202L', now_us + ttl_ms * 1000, fence + 1) .. me
  redis.call('SET', key, record, 'PX', forget_ms)
  return fence + 1
end
if owner == me and until_us > now_us then
  return {fence, math.floor((until_us - now_us) / 1000)}
end
-- Changing the type means DEL. While the slot moves away, a key that is gone cannot be made again here. A neighbour that
-- never exists tells: it is refused then. It is not declared, since a script of two keys gets TRYAGAIN.
if channel and (tail or type(redis.pcall('GET', key .. '.')) ~= 'table') then
  if not tail then -- the first who waits
    local forget_in_ms = redis.call('PTTL', key)
    redis.call('DEL', key)
    redis.call('HSET', key, 'owner', owner, 'until', until_us, 'fence', fence)
    redis.call('PEXPIRE', key, forget_in_ms)
  end
  local ticket = (tail or 0) + 1
  if redis.call('HSETNX', key, '>' .. me, ticket) == 0 then -- its place is kept, and it may have moved to another process
    ticket = tonumber(redis.call('HGET', key, '>' .. me))
  end
  local place = table.concat({channel, counts_all, ttl_ms, forget_ms, me}, ' ')
  local alive_us = now_us + alive_ms * 1000
  redis.call('HSET', key, '#' .. ticket, place, 'tail', math.max(ticket, tail or 0), '@' .. channel, alive_us)
end
return {0, math.max(0, math.ceil((until_us - now_us) / 1000)), now_us}
