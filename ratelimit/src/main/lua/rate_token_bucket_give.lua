#!lua flags=allow-oom
--[[ rate_token_bucket_give: give back tokens that were taken by rate_token_bucket and not used.
KEYS[1]  bucket, string: CA 42 at_us:7 missing_ns:7 step_ns:7 burst:4; see there
ARGV[1]  time in which a token comes back, ns
ARGV[2]  tokens, or 0 to learn the time
ARGV[3]  when the last of them has come back by itself, us; the call may be carried out late
Returns  1, or 0 if the bucket is full anyway, or another limit's by now; of no tokens the time, us
Cost     O(1), one round trip        Slot    one key
Time     the server's, us            Redis   7.0+, Valkey 7.2+
Source   Tanenbaum and Wetherall, "Computer Networks", traffic shaping
]]
local key, its_ns, tokens, end_us = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
if tokens == 0 then return now_us end
local given_ns = math.max(math.min(tokens, math.floor((end_us - now_us) * 1000 / its_ns)), 0) * its_ns
local bucket = redis.call('GET', key)
if not bucket then return 0 end
if #bucket ~= 27 or string.sub(bucket, 1, 2) ~= '\202B' then
  return redis.error_reply('WRONGTYPE The key holds something else than a token bucket')
end
local at_us, kept_ns, step_ns, burst = struct.unpack('>I7I7I7I4', bucket, 3)
if step_ns ~= its_ns or given_ns == 0 then return 0 end
local missing_ns = math.min(kept_ns, burst * step_ns) - math.max(now_us - at_us, 0) * 1000 - given_ns
if missing_ns <= 0 then
  redis.call('UNLINK', key)
  return missing_ns + given_ns > 0 and 1 or 0
end
bucket = struct.pack('>c2I7I7I7I4', '\202B', now_us, missing_ns, step_ns, burst)
redis.call('SET', key, bucket, 'PX', math.ceil(missing_ns / 1000000) + 1) -- 1: Redis counts whole ms
return 1
