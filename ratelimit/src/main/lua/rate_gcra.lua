#!lua
--[[ rate_gcra: take permits by the generic cell rate algorithm, for each cost in turn.
KEYS[1]  theoretical arrival time, ns since the epoch, at which all permits are there again; string, one integer
ARGV[1]  time in which a permit comes back, ns
ARGV[2]  burst, permits
ARGV[3]  take, or peek to take nothing
ARGV[4..]  costs, permits, each from 1 to the burst
Returns  for each cost: 1 if granted, else 0; permits left; us until it would be granted; us until all are there again
Cost     O(costs), one round trip    Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   ITU-T I.371, "Traffic control and congestion control in B-ISDN", annex A
]]
local key, step_ns, full_ns, take = KEYS[1], tonumber(ARGV[1]), ARGV[1] * ARGV[2], ARGV[3] == 'take'

local arrival = redis.call('GET', key)
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local debt_ns, changed = 0, false
if arrival then
  if #arrival ~= 19 or not string.find(arrival, '^%d+$') then
    return redis.error_reply('WRONGTYPE The key holds something else than a GCRA limit')
  end
  -- A double holds all ns since the epoch only if us and ns are apart.
  debt_ns = (string.sub(arrival, 1, -4) - now_us) * 1000 + string.sub(arrival, -3)
  if debt_ns < 0 then
    debt_ns = 0
  elseif debt_ns > full_ns then -- the clock was set back, or the limit is another
    debt_ns, changed = full_ns, true
  end
end

local reply = {}
for i = 4, #ARGV do
  local over_ns = debt_ns - (full_ns - ARGV[i] * step_ns)
  local granted = over_ns <= 0
  if granted and take then
    debt_ns, changed = full_ns + over_ns, true
  end
  local n = #reply
  reply[n + 1] = granted and 1 or 0
  reply[n + 2] = math.floor((full_ns - debt_ns) / step_ns)
  reply[n + 3] = granted and 0 or math.ceil(over_ns / 1000)
  reply[n + 4] = math.ceil(debt_ns / 1000)
end
if changed then
  arrival = string.format('%.0f%03d', now_us + math.floor(debt_ns / 1000), debt_ns % 1000)
  redis.call('SET', key, arrival, 'PX', math.ceil(debt_ns / 1000000) + 1) -- 1: Redis counts whole ms
end
return reply
