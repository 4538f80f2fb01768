#!lua
--[[ fenced_hset: set fields of an entity, unless a newer holder has touched it; without fields, only raise the fence.
KEYS[1]  entity, hash: fence, value, f:<name of a field>
ARGV[1]  fencing token, decimal, from 1 to 2^63 - 1
ARGV[2]  time to live, ms
ARGV[3..] f:<name> and value of each field, in turns; at most 1,000 fields
Returns  nil if written; else the highest token seen, which is newer; error BADFENCE, with nothing changed, if the key
         holds no token that can be read
Cost     O(fields), one round trip   Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Kleppmann, "How to do distributed locking", 2016
]]
local key = KEYS[1]
local token, ttl_ms = ARGV[1], ARGV[2]

-- Tokens are compared as digits: a double loses them above 2^53.
local fence = redis.call('HGET', key, 'fence')
if fence then
  if not string.find(fence, '^[1-9]%d*$') then
    return redis.error_reply('BADFENCE the fence is not a token')
  end
  if #token < #fence or (#token == #fence and token < fence) then
    return fence
  end
elseif redis.call('HLEN', key) > 0 then
  return redis.error_reply('BADFENCE the key has no fence')
end
redis.call('HSET', key, 'fence', token, unpack(ARGV, 3))
redis.call('PEXPIRE', key, ttl_ms)
return false
