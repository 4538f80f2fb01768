#!lua
--[[ rate_sliding_counter: count permits in this window and, by the share still in sight, the one before, for each cost in turn.
KEYS[1]  windows, string: CA 43 start_us:7 before:4 used:4
ARGV[1]  permits of a window
ARGV[2]  length of a window, us
ARGV[3]  take, or peek to take nothing
ARGV[4..]  costs, permits, each from 1 to the permits of a window
Returns  for each cost: 1 if granted, else 0; permits left; us until it would be granted; us until none counts any more
Cost     O(costs), one round trip    Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Cloudflare, "How we built rate limiting capable of scaling to millions of domains", 2017
]]
local key, permits, period_us, take = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == 'take'

-- Of the permits of a window, how many count that far into the next.
local function counting(used, into_us)
  return math.ceil(used * (period_us - into_us) / period_us)
end

-- How far into the next window no more than that many of them count.
local function until_only(used, allowed)
  local into_us = math.max(math.ceil(period_us * (used - allowed) / used), 0)
  while counting(used, into_us) > allowed do
    into_us = into_us + 1 -- the division was rounded
  end
  while into_us > 0 and counting(used, into_us - 1) <= allowed do
    into_us = into_us - 1
  end
  return into_us
end

local windows = redis.call('GET', key)
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local start_us, before, used, changed = now_us, 0, 0, false
if windows then
  if #windows ~= 17 or string.sub(windows, 1, 2) ~= '\202C' then
    return redis.error_reply('WRONGTYPE The key holds something else than a sliding window counter')
  end
  start_us, before, used = struct.unpack('>I7I4I4', windows, 3)
  if start_us > now_us then -- the clock was set back: the window begins again, with what was used
    start_us, changed = now_us, true
  elseif start_us + 2 * period_us <= now_us then
    start_us, before, used = now_us, 0, 0
  elseif start_us + period_us <= now_us then
    start_us, before, used = start_us + period_us, used, 0
  end
end

local into_us = now_us - start_us
local carried = counting(before, into_us)
local reply = {}
for i = 4, #ARGV do
  local allowed = permits - used - ARGV[i]
  local granted, wait_us = carried <= allowed, 0
  if granted and take then
    used, changed = used + ARGV[i], true
  elseif not granted and allowed >= 0 then
    wait_us = until_only(before, allowed) - into_us
  elseif not granted then
    wait_us = period_us - into_us + until_only(used, permits - ARGV[i])
  end
  local n = #reply
  reply[n + 1] = granted and 1 or 0
  reply[n + 2] = math.max(permits - used - carried, 0)
  reply[n + 3] = wait_us
  reply[n + 4] = used > 0 and 2 * period_us - into_us or before > 0 and period_us - into_us or 0
end
local ttl_ms = math.ceil(reply[#reply] / 1000) + 1 -- 1: Redis counts whole ms
if changed then
  windows = struct.pack('>c2I7I4I4', '\202C', start_us, before, used)
  redis.call('SET', key, windows, 'PX', ttl_ms)
elseif used + before > 0 and redis.call('PTTL', key) + 2 < ttl_ms then -- the period was shorter
  redis.call('PEXPIRE', key, ttl_ms)
end
return reply
