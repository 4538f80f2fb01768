#!lua
--[[ rate_all: take permits of several limits, or of none of them.
KEYS[1..]  limits of one id, hash: CA = A, and for each limit its name = kind:1 since_us:7 used:7 other:7
ARGV[1]  cost, permits, from 1 to the least that a limit ever grants
ARGV[2]  take, or peek to take nothing
ARGV[3..]  of each limit: the number of its key, its name, its kind (B token bucket, F fixed window, C sliding window
           counter), and the two arguments that the script of its algorithm takes
Returns  for each limit: permits left; us until it would grant that, 0 if at once; us until all are there again. It is
         granted if all would at once
Cost     O(limits), one round trip   Slot    all keys in one
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   as the scripts of the single limits; a bucket has used_ns and step_ns, a window used and before
]]
local cost, take, time = tonumber(ARGV[1]), ARGV[2] == 'take', redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]

-- Both kinds say how long the cost has to wait, and, once all have said so, what is left and has to be stored; and
-- whether it has to be in any case: since the clock was set back, or another limit's state is this one's from now on.
local function bucket(_, at_us, missing_ns, its_step_ns, step_ns, burst)
  local full_ns = step_ns * burst
  missing_ns = math.max(missing_ns - math.max(now_us - at_us, 0) * 1000, 0) -- that came back by its own limit
  local another = its_step_ns ~= step_ns and missing_ns > 0 -- then as many tokens are missing of this one
  local ours_ns = math.min(another and math.ceil(missing_ns / its_step_ns * step_ns) or missing_ns, full_ns)
  local over_ns, changed = ours_ns - (full_ns - cost * step_ns), at_us > now_us or another or ours_ns < missing_ns
  return math.max(math.ceil(over_ns / 1000), 0), function(taken)
    local after_ns = taken and full_ns + over_ns or ours_ns
    return math.floor((full_ns - after_ns) / step_ns), math.ceil(after_ns / 1000), now_us, after_ns, step_ns
  end, changed
end

local function counting(used, into_us, period_us) -- of a window's permits, so far into the next
  return math.ceil(used * (period_us - into_us) / period_us)
end
local function until_only(used, allowed, period_us)
  local into_us = math.max(math.ceil(period_us * (used - allowed) / used), 0)
  while counting(used, into_us, period_us) > allowed do into_us = into_us + 1 end -- the division was rounded
  while into_us > 0 and counting(used, into_us - 1, period_us) <= allowed do into_us = into_us - 1 end
  return into_us
end
local function window(kind, start_us, used, before, permits, period_us)
  local into_us, slides = math.max(now_us - start_us, 0), kind == 'C'
  if slides and into_us >= period_us then into_us, used, before = into_us - period_us, 0, used end
  if into_us >= period_us then into_us, used, before = 0, 0, 0 end
  local carried, allowed = counting(before, into_us, period_us), permits - used - cost
  local wait_us = carried <= allowed and 0 or allowed >= 0 and until_only(before, allowed, period_us) - into_us
    or period_us - into_us + (slides and until_only(used, permits - cost, period_us) or 0)
  return wait_us, function(taken)
    local now_used, left_us = taken and used + cost or used, period_us - into_us
    local reset_us = now_used > 0 and left_us + (slides and period_us or 0) or before > 0 and left_us or 0
    return math.max(permits - now_used - carried, 0), reset_us, now_us - into_us, now_used, before
  end, start_us > now_us
end

local limits, reply = {}, {}
for i = 3, #ARGV, 5 do
  local key, name, kind = KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]
  local first, second = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  local found = redis.call('HMGET', key, '\202', name)
  local state = found[2] or struct.pack('>c1I7I7I7', kind, 0, 0, first)
  if #state ~= 22 or string.sub(state, 1, 1) ~= kind or not found[1] and redis.call('HLEN', key) > 0 then
    return redis.error_reply('WRONGTYPE The key holds something else than these limits')
  end
  local since_us, used, other = struct.unpack('>I7I7I7', state, 2)
  local wait_us, after, changed = (kind == 'B' and bucket or window)(kind, since_us, used, other, first, second)
  limits[#limits + 1] = {key, name, kind, wait_us, after, changed}
  take = take and wait_us == 0
end
for _, limit in ipairs(limits) do
  local key, n, left, reset_us, since_us, used, other = limit[1], #reply, limit[5](take)
  reply[n + 1], reply[n + 2], reply[n + 3] = left, limit[4], reset_us
  local ttl_ms = math.ceil(reset_us / 1000) + 1 -- 1: Redis counts whole ms
  if take or limit[6] then
    redis.call('HSET', key, '\202', 'A', limit[2], struct.pack('>c1I7I7I7', limit[3], since_us, used, other))
  end
  local slack_ms = take and 0 or 2 -- a look makes a key live longer only if a limit's period has become longer
  if reset_us > 0 and redis.call('PTTL', key) + slack_ms < ttl_ms then redis.call('PEXPIRE', key, ttl_ms) end
end
return reply
