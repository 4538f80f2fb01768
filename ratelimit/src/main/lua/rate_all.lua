#!lua
--[[ rate_all: take permits of several limits, or of none of them, for each cost in turn.
KEYS[1..]  limits of one subject's id, hash: CA = A, and for each limit its name = kind:1 since_us:7 used:7 other:7
         burst:4, 0 for a window
ARGV[1]  take, or peek to take nothing
ARGV[2]  how many costs there are; 0, with no limits, only to see whether the server decides
ARGV[3..]  costs, permits, each from 1 to the least that a limit ever grants; then of each limit: the number of its key,
           its name, its kind (B token bucket, F fixed window, C sliding window counter), and the two arguments that the
           script of its algorithm takes
Returns  for each cost, for each limit: permits left; us until it would grant that, 0 if at once; us until all are there
         again. A cost is granted if all would at once
Cost     O(costs * limits), one round trip   Slot    all keys in one
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   as the scripts of the single limits; a bucket has missing_ns, step_ns and burst, a window used and before
]]
local take, last, time, limits, reply = ARGV[1] == 'take', ARGV[2] + 2, redis.call('TIME'), {}, {}
local now_us = time[1] * 1000000 + time[2]

-- Both kinds are asked about each cost, and again when it is known whether all grant it. They say how long it has to
-- wait, what is left, whether that has to be stored (if permits were taken, the clock was set back, or another limit's
-- state is this one's from now on), and as what.
local function bucket(step_ns, burst, _, at_us, kept_ns, its_step_ns, its_burst)
  local full_ns, passed_ns, changed = step_ns * burst, math.max(now_us - at_us, 0) * 1000, at_us > now_us
  if its_step_ns ~= step_ns or its_burst ~= burst then -- another limit's, by which time has passed until now
    kept_ns, passed_ns = math.max(kept_ns - passed_ns, 0), 0
    local part_ns, unit = math.fmod(kept_ns, its_step_ns), step_ns % 1000 == 0 and 1000 or 1 -- above 2^53 whole us only
    kept_ns = (kept_ns - part_ns) / its_step_ns * step_ns + math.ceil(part_ns / its_step_ns * step_ns / unit) * unit
    kept_ns, changed = math.min(kept_ns, math.max(full_ns, 2 ^ 53)), kept_ns > 0
  end
  local missing_ns = math.max(math.min(kept_ns, full_ns) - passed_ns, 0) -- what is more, is cut when it grants
  return function(cost, taking)
    local over_ns = missing_ns - (full_ns - cost * step_ns)
    if taking then missing_ns, kept_ns, changed = full_ns + over_ns, full_ns + over_ns, true end
    return math.max(math.ceil(over_ns / 1000), 0), math.floor((full_ns - missing_ns) / step_ns),
      math.ceil(missing_ns / 1000), changed, now_us, kept_ns, step_ns, burst
  end
end

-- How many of a window's permits count so far into the next one, and until when only so many do.
local function counting(used, into_us, period_us) return math.ceil(used * (period_us - into_us) / period_us) end
local function until_only(used, allowed, period_us)
  local into_us = math.max(math.ceil(period_us * (used - allowed) / used) - 2, 0) -- 2: the division was rounded
  while counting(used, into_us, period_us) > allowed do into_us = into_us + 1 end
  return into_us
end
local function window(permits, period_us, slides, start_us, used, before)
  local into_us, changed = math.max(now_us - start_us, 0), start_us > now_us
  if slides and into_us >= period_us then into_us, used, before = into_us - period_us, 0, used end
  if into_us >= period_us then into_us, used, before = 0, 0, 0 end
  return function(cost, taking)
    local allowed, carried, left_us = permits - used - cost, counting(before, into_us, period_us), period_us - into_us
    local wait_us = carried <= allowed and 0 or allowed >= 0 and until_only(before, allowed, period_us) - into_us
      or left_us + (slides and until_only(used, permits - cost, period_us) or 0)
    if taking then used, changed = used + cost, true end
    local reset_us = used > 0 and left_us + (slides and period_us or 0) or before > 0 and left_us or 0
    return wait_us, math.max(permits - used - carried, 0), reset_us, changed, now_us - into_us, used, before, 0
  end
end

for i = last + 1, #ARGV, 5 do
  local key, kind, first, second = KEYS[tonumber(ARGV[i])], ARGV[i + 2], tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  local found = redis.call('HMGET', key, '\202', ARGV[i + 1])
  local state, new = found[2] or struct.pack('>c1I7I7I7I4', kind, 0, 0, first, 0), kind == 'B' and bucket or window
  local foreign = #state ~= 26 or string.sub(state, 1, 1) ~= kind or not found[1] and redis.call('HLEN', key) > 0
  if foreign then return redis.error_reply('WRONGTYPE The key holds something else than these limits') end
  limits[#limits + 1] = {key, ARGV[i + 1], kind, new(first, second, kind == 'C', struct.unpack('>I7I7I7I4', state, 2))}
end
for i = 3, last do
  local cost, granted = tonumber(ARGV[i]), take
  for _, limit in ipairs(limits) do granted = granted and limit[4](cost) == 0 end
  for _, limit in ipairs(limits) do
    local n, wait_us, left, reset_us, changed, since_us, used, other, burst = #reply, limit[4](cost, granted)
    reply[n + 1], reply[n + 2], reply[n + 3] = left, wait_us, reset_us
    local key, ttl_ms, slack_ms = limit[1], math.ceil(reset_us / 1000) + 1, changed and 0 or 2 -- Redis counts whole ms
    if i == last and changed then
      redis.call('HSET', key, '\202', 'A', limit[2], struct.pack('>c1I7I7I7I4', limit[3], since_us, used, other, burst))
    end
    local longer = i == last and reset_us > 0 and redis.call('PTTL', key) + slack_ms < ttl_ms
    if longer then redis.call('PEXPIRE', key, ttl_ms) end -- by a look only if a limit's period has become longer
  end
end
return reply
