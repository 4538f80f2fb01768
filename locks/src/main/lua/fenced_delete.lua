#!lua flags=allow-oom
--[[ fenced_delete: delete what an entity holds, but for its fence, unless a newer holder has touched it.
KEYS[1]  entity, hash: fence, value, f:<name of a field>
ARGV[1]  fencing token, decimal, from 1 to 2^63 - 1
ARGV[2]  how long the fence is remembered, ms
Returns  nil if nothing is left but the fence; else the highest token seen, which is newer; error BADFENCE, with nothing
         changed, if the key holds no token that can be read
Cost     O(fields), one round trip           Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Kleppmann, "How to do distributed locking", 2016
]]
local key = KEYS[1]
local token, memory_ms = ARGV[1], ARGV[2]

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
-- Field by field: a key that is gone, though for a moment, cannot be made again while its slot moves away.
redis.call('HSET', key, 'fence', token)
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  if all[i] ~= 'fence' then
    redis.call('HDEL', key, all[i])
  end
end
redis.call('PEXPIRE', key, memory_ms)
return false
