#!lua flags=allow-oom
--[[ rate_gcra_give: give back permits that were taken by rate_gcra and not used.
KEYS[1]  theoretical arrival time, ns since the epoch; string, one integer
ARGV[1]  time in which a permit comes back, ns
ARGV[2]  permits, or 0 to learn the time
ARGV[3]  when the last of them has come back by itself, us; the call may be carried out late
Returns  1, or 0 if all are there again anyway; of no permits the time, us
Cost     O(1), one round trip        Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   ITU-T I.371, "Traffic control and congestion control in B-ISDN", annex A
]]
local key, step_ns, permits, end_us = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
if permits == 0 then return now_us end
local given_ns = math.max(math.min(permits, math.floor((end_us - now_us) * 1000 / step_ns)), 0) * step_ns
local arrival = redis.call('GET', key)
if not arrival then return 0 end
if #arrival ~= 19 or not string.find(arrival, '^%d+$') then
  return redis.error_reply('WRONGTYPE The key holds something else than a GCRA limit')
end
if given_ns == 0 then return 0 end
local debt_ns = (string.sub(arrival, 1, -4) - now_us) * 1000 + string.sub(arrival, -3) - given_ns
if debt_ns <= 0 then
  redis.call('UNLINK', key)
  return debt_ns + given_ns > 0 and 1 or 0
end
arrival = string.format('%.0f%03d', now_us + math.floor(debt_ns / 1000), debt_ns % 1000)
redis.call('SET', key, arrival, 'PX', math.ceil(debt_ns / 1000000) + 1) -- 1: Redis counts whole ms
return 1
