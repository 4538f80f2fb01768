#!lua
--[[ rate_sliding_log: take permits if at most so many are taken in any period, for each cost in turn.
KEYS[1]  log, string: CA 4C slots:4 oldest:4 live:4 newest_us:7, then a ring of slots:7, the time of each permit taken, us
ARGV[1]  permits of a period
ARGV[2]  length of a period, us
ARGV[3]  take, or peek to take nothing
ARGV[4..]  costs, permits, each from 1 to the permits of a period
Returns  for each cost: 1 if granted, else 0; permits left; us until it would be granted; us until none counts any more
Cost     O(log permits), and O(cost) to take; O(permits) when the ring has to grow. One round trip      Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Figma, "An alternative approach to rate limiting", 2017 (the log); the ring is ours
]]
local key, permits, period_us, take = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == 'take'

local head, time = redis.call('GETRANGE', key, 0, 20), redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local slots, oldest, live, newest_us = 0, 0, 0, 0
if head ~= '' then
  slots, oldest, live, newest_us = struct.unpack('>I4I4I4I7', head .. string.rep('\0', 21), 3)
  if string.sub(head, 1, 2) ~= '\202L' or redis.call('STRLEN', key) ~= 21 + slots * 7 or oldest >= slots or live > slots then
    return redis.error_reply('WRONGTYPE The key holds something else than a sliding window log')
  end
end

local function time_of(permit) -- counted from the oldest, which is 0
  local at = 21 + (oldest + permit) % slots * 7
  return (struct.unpack('>I7', redis.call('GETRANGE', key, at, at + 6)))
end
local function taken_by(time_us) -- how many; they are in the order of their times
  local low, high, step = 0, live, 1
  while low < high do
    local middle = math.min(low + step, high) - 1
    if time_of(middle) <= time_us then low, step = middle + 1, step * 2
    else high, step = middle, math.ceil(step / 2) end
  end
  return low
end

local over = taken_by(now_us - period_us)
oldest, live = (oldest + over) % math.max(slots, 1), live - over
local set_back, taken = newest_us > now_us, 0
local certain = set_back and taken_by(now_us) or live -- what was taken later counts as taken now
newest_us = math.min(newest_us, now_us)

local reply = {}
for i = 4, #ARGV do
  local excess = live + taken + ARGV[i] - permits
  if excess <= 0 and take then
    taken, newest_us = taken + ARGV[i], now_us
  end
  local n = #reply
  reply[n + 1] = excess <= 0 and 1 or 0
  reply[n + 2] = math.max(permits - live - taken, 0)
  reply[n + 3] = excess <= 0 and 0 or period_us + (excess <= certain and time_of(excess - 1) - now_us or 0)
  reply[n + 4] = live + taken > 0 and newest_us + period_us - now_us or 0
end
local ttl_ms = math.ceil(reply[#reply] / 1000) + 1 -- 1: Redis counts whole ms
if taken == 0 and not set_back then
  local short = live > 0 and redis.call('PTTL', key) + 2 < ttl_ms -- the period was shorter
  if short then redis.call('PEXPIRE', key, ttl_ms) end
  return reply
end

local all, next, now = live + taken, (oldest + live) % math.max(slots, 1), struct.pack('>I7', now_us)
if set_back or all > slots then -- a new ring, at most twice as long as need be
  local ring = redis.call('GETRANGE', key, 21, -1)
  ring = string.sub(ring .. ring, oldest * 7 + 1, (oldest + certain) * 7) .. string.rep(now, all - certain)
  slots, oldest = math.max(all, math.min(2 * all, permits)), 0
  redis.call('SET', key, string.rep('\0', 21) .. ring .. string.rep('\0', (slots - all) * 7))
else
  local here = math.min(taken, slots - next)
  redis.call('SETRANGE', key, 21 + next * 7, string.rep(now, here))
  if here < taken then redis.call('SETRANGE', key, 21, string.rep(now, taken - here)) end
end
redis.call('SETRANGE', key, 0, struct.pack('>c2I4I4I4I7', '\202L', slots, oldest, all, now_us))
redis.call('PEXPIRE', key, ttl_ms)
return reply
