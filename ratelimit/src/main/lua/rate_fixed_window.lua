#!lua
--[[ rate_fixed_window: count permits in a window that begins with the first call, for each cost in turn.
KEYS[1]  window, string: CA 46 start_us:7 used:4
ARGV[1]  permits of a window
ARGV[2]  length of a window, us
ARGV[3]  take, or peek to take nothing
ARGV[4..]  costs, permits, each from 1 to the permits of a window
Returns  for each cost: 1 if granted, else 0; permits left; us until it would be granted; us until the window ends
Cost     O(costs), one round trip    Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Redis docs, "INCR", pattern: rate limiter
]]
local key, permits, period_us, take = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == 'take'

local window = redis.call('GET', key)
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local start_us, used, changed = now_us, 0, false
if window then
  if #window ~= 13 or string.sub(window, 1, 2) ~= '\202F' then
    return redis.error_reply('WRONGTYPE The key holds something else than a fixed window')
  end
  start_us, used = struct.unpack('>I7I4', window, 3)
  if start_us > now_us then -- the clock was set back: the window begins again, with what was used
    start_us, changed = now_us, true
  elseif start_us + period_us <= now_us then
    start_us, used = now_us, 0
  end
end

local left_us = start_us + period_us - now_us
local reply = {}
for i = 4, #ARGV do
  local granted = used + ARGV[i] <= permits
  if granted and take then
    used, changed = used + ARGV[i], true
  end
  local n = #reply
  reply[n + 1] = granted and 1 or 0
  reply[n + 2] = math.max(permits - used, 0)
  reply[n + 3] = granted and 0 or left_us
  reply[n + 4] = used > 0 and left_us or 0
end
local ttl_ms = math.ceil(left_us / 1000) + 1 -- 1: Redis counts whole ms
if changed then
  window = struct.pack('>c2I7I4', '\202F', start_us, used)
  redis.call('SET', key, window, 'PX', ttl_ms)
elseif used > 0 and redis.call('PTTL', key) + 2 < ttl_ms then -- the period was shorter
  redis.call('PEXPIRE', key, ttl_ms)
end
return reply
