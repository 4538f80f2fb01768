#!lua
--[[ rate_token_bucket: take tokens from a bucket that fills at a steady rate, for each cost in turn.
KEYS[1]  bucket, string: CA 42 at_us:7 missing_ns:7 step_ns:7; at that time so much was missing, in time to fill it
ARGV[1]  time in which a token comes back, ns
ARGV[2]  burst: the tokens of a full bucket
ARGV[3]  take, or peek to take nothing
ARGV[4..]  costs, tokens, each from 1 to the burst
Returns  for each cost: 1 if granted, else 0; tokens left; us until it would be granted; us until the bucket is full
Cost     O(costs), one round trip    Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Tanenbaum and Wetherall, "Computer Networks", traffic shaping
]]
local key, step_ns, full_ns, take = KEYS[1], tonumber(ARGV[1]), ARGV[1] * ARGV[2], ARGV[3] == 'take'

local bucket = redis.call('GET', key)
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local missing_ns, changed, converted = 0, false, false
if bucket then
  if #bucket ~= 23 or string.sub(bucket, 1, 2) ~= '\202B' then
    return redis.error_reply('WRONGTYPE The key holds something else than a token bucket')
  end
  local at_us, its_step_ns
  at_us, missing_ns, its_step_ns = struct.unpack('>I7I7I7', bucket, 3)
  if its_step_ns ~= step_ns then -- another limit's: as many tokens are missing
    missing_ns, converted = math.ceil(missing_ns / its_step_ns * step_ns), true
  end
  missing_ns = math.min(missing_ns, full_ns)
  if at_us > now_us then -- the clock was set back: go on from here
    changed = true
  else
    missing_ns = math.max(missing_ns - (now_us - at_us) * 1000, 0)
  end
end

local reply = {}
for i = 4, #ARGV do
  local over_ns = missing_ns - (full_ns - ARGV[i] * step_ns)
  local granted = over_ns <= 0
  if granted and take then
    missing_ns, changed = full_ns + over_ns, true
  end
  local n = #reply
  reply[n + 1] = granted and 1 or 0
  reply[n + 2] = math.floor((full_ns - missing_ns) / step_ns)
  reply[n + 3] = granted and 0 or math.ceil(over_ns / 1000)
  reply[n + 4] = math.ceil(missing_ns / 1000)
end
local ttl_ms = math.ceil(missing_ns / 1000000) + 1 -- 1: Redis counts whole ms
if changed then
  bucket = struct.pack('>c2I7I7I7', '\202B', now_us, missing_ns, step_ns)
  redis.call('SET', key, bucket, 'PX', ttl_ms)
elseif converted and redis.call('PTTL', key) + 2 < ttl_ms then -- a token came back sooner
  redis.call('PEXPIRE', key, ttl_ms)
end
return reply
