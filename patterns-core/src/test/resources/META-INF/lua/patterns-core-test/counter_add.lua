#!lua
--[[ counter_add: add to a counter, once for each request token.
KEYS[1]  counter, hash: n, and one field for each token
ARGV[1]  request token
ARGV[2]  how much to add
ARGV[3]  time to live, ms
Returns  the counter after this request
Cost     O(1), one round trip        Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   tests
]]
local key = KEYS[1]
local token, delta, ttl_ms = ARGV[1], ARGV[2], ARGV[3]

local done = redis.call('HGET', key, token)
if done then
  return tonumber(done)
end
local n = redis.call('HINCRBY', key, 'n', delta)
redis.call('HSET', key, token, n)
redis.call('PEXPIRE', key, ttl_ms)
return n
