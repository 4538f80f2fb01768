#!lua flags=no-writes
--[[ cache_follow: what a stream of events holds after a position, and whether any of it is missing.
KEYS[1]  stream, not ours: only read; one that does not exist counts as empty
ARGV[1]  id of the position: of the last entry that was handled
ARGV[2]  how many entries had ever been added up to the position
ARGV[3]  how many entries to return at most
ARGV[4]  field whose values to return; an entry may have it once, more often, or not at all
Returns  {1 if entries after the position are gone, else 0; last id ever added; how many were ever added;
         and unless any are gone, for each entry: {id, value...}}
Cost     O(entries returned), one round trip          Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Redis documentation, "XINFO STREAM" (entries-added, last-generated-id)
]]
local stream = KEYS[1]
local position, handled, limit, field = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]

-- Not as numbers: a number in Lua holds 53 bits, each half of an id 64.
local function precedes(one, other)
  local a, a_seq = string.match(one, '(%d+)-(%d+)')
  local b, b_seq = string.match(other, '(%d+)-(%d+)')
  if a == b then
    a, b = a_seq, b_seq
  end
  return #a < #b or (#a == #b and a < b)
end

local stored, added, last = 0, 0, '0-0'
if redis.call('EXISTS', stream) == 1 then
  local info = redis.call('XINFO', 'STREAM', stream)
  local facts = {}
  for i = 1, #info, 2 do
    facts[info[i]] = info[i + 1]
  end
  stored, added, last = facts['length'], facts['entries-added'], facts['last-generated-id']
end
local entries = {}
if precedes(position, last) then
  entries = redis.call('XRANGE', stream, '(' .. position, '+', 'COUNT', limit)
end

-- Each entry ever added is either handled, or found, or gone. Of more than the limit, those gone from the front show
-- at once, and any others when the end is reached.
local unhandled = added - handled
local gone = precedes(last, position) or added - stored > handled or #entries > unhandled
  or (#entries < limit and #entries < unhandled)
local reply = {gone and 1 or 0, last, added}
for _, entry in ipairs(gone and {} or entries) do
  local values = {entry[1]}
  for i = 1, #entry[2], 2 do
    if entry[2][i] == field then
      values[#values + 1] = entry[2][i + 1]
    end
  end
  reply[#reply + 1] = values
end
return reply
