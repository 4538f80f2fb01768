#!lua
--[[ fenced_append: append an entry to a stream, unless a newer holder has. The token is the first half of the entry's
id, and a stream takes no id that is not greater than all before: so it is its own fence, even after it was trimmed.
KEYS[1]  stream
ARGV[1]  fencing token, decimal, from 1 to 2^63 - 1
ARGV[2]  sequence number of the entry among those of the token, decimal from 0, rising; or * for the next
ARGV[3]  how many entries are kept at least
ARGV[4]  time to live, ms
ARGV[5..] name and value of each field, in turns; at most 1,000 fields
Returns  nil if the entry is there, also by an earlier run of the same call; else the highest token seen, which is
         newer; error BADSEQUENCE if the token has a later entry, or another with this number
Cost     O(fields), one round trip   Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Redis docs, XADD; Kleppmann, "How to do distributed locking", 2016
]]
local key = KEYS[1]
local token, sequence, max_entries, ttl_ms = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local id = token .. '-' .. sequence
local added = redis.pcall('XADD', key, 'MAXLEN', '~', max_entries, id, unpack(ARGV, 5))
if type(added) == 'string' then
  redis.call('PEXPIRE', key, ttl_ms)
  return false
end
local info = redis.call('XINFO', 'STREAM', key)
local fence
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then
    fence = string.match(info[i + 1], '^%d+')
  end
end
-- Tokens are compared as digits: a double loses them above 2^53.
if #token < #fence or (#token == #fence and token < fence) then
  return fence
end
if token ~= fence or sequence == '*' then
  return added
end
local there = redis.call('XRANGE', key, id, id)[1]
local fields = {}
for i = 1, there and #there[2] or 0, 2 do
  fields[there[2][i]] = there[2][i + 1]
end
local same = there and #there[2] == #ARGV - 4
for i = 5, #ARGV, 2 do
  same = same and fields[ARGV[i]] == ARGV[i + 1]
end
if same then
  return false
end
return redis.error_reply('BADSEQUENCE the token has a later entry, or another with this sequence number')
