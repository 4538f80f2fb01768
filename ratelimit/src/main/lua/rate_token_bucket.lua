#!lua
--[[ rate_token_bucket: take tokens from a bucket that fills at a steady rate, for each cost in turn.
KEYS[1]  bucket, string: CA 42 at_us:7 missing_ns:7 step_ns:7 burst:4; so much was missing then, in time to fill it; of
         a limit that has become smaller, it may be more than the bucket holds, and then all of it is missing
ARGV[1]  time in which a token comes back, ns
ARGV[2]  burst: the tokens of a full bucket
ARGV[3]  take, or peek to take nothing
ARGV[4..]  costs, tokens, each from 1 to the burst
Returns  for each cost: 1 if granted, else 0; tokens left; us until it would be granted; us until the bucket is full
Cost     O(costs), one round trip    Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Tanenbaum and Wetherall, "Computer Networks", traffic shaping
]]
local key, step_ns, burst, take = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == 'take'
local full_ns = burst * step_ns

local bucket = redis.call('GET', key)
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local missing_ns, kept_ns, changed = 0, 0, false
if bucket then
  if #bucket ~= 27 or string.sub(bucket, 1, 2) ~= '\202B' then
    return redis.error_reply('WRONGTYPE The key holds something else than a token bucket')
  end
  local at_us, its_step_ns, its_burst
  at_us, kept_ns, its_step_ns, its_burst = struct.unpack('>I7I7I7I4', bucket, 3)
  local passed_ns = math.max(now_us - at_us, 0) * 1000
  changed = at_us > now_us -- the clock was set back: go on from here
  if its_step_ns ~= step_ns or its_burst ~= burst then -- another limit's, by which time has passed until now
    kept_ns, passed_ns = math.max(kept_ns - passed_ns, 0), 0
    local part_ns = math.fmod(kept_ns, its_step_ns)
    local unit = step_ns % 1000 == 0 and 1000 or 1 -- above 2^53 a double holds no more than whole us
    kept_ns = (kept_ns - part_ns) / its_step_ns * step_ns + math.ceil(part_ns / its_step_ns * step_ns / unit) * unit
    kept_ns, changed = math.min(kept_ns, math.max(full_ns, 2 ^ 53)), kept_ns > 0
  end
  missing_ns = math.max(math.min(kept_ns, full_ns) - passed_ns, 0)
end

local reply = {}
for i = 4, #ARGV do
  local over_ns = missing_ns - (full_ns - ARGV[i] * step_ns)
  local granted = over_ns <= 0
  if granted and take then
    missing_ns, changed = full_ns + over_ns, true
    kept_ns = missing_ns
  end
  local n = #reply
  reply[n + 1] = granted and 1 or 0
  reply[n + 2] = math.floor((full_ns - missing_ns) / step_ns)
  reply[n + 3] = granted and 0 or math.ceil(over_ns / 1000)
  reply[n + 4] = math.ceil(missing_ns / 1000)
end
if changed then
  bucket = struct.pack('>c2I7I7I7I4', '\202B', now_us, kept_ns, step_ns, burst)
  redis.call('SET', key, bucket, 'PX', math.ceil(missing_ns / 1000000) + 1) -- 1: Redis counts whole ms
end
return reply
