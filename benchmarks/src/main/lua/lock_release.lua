#!lua flags=allow-oom
--[[ lock_release: delete a lock, only if it is still its owner's.
KEYS[1]  lock, string
ARGV[1]  owner token
Returns  1 released; 0 it expired, or another owns it
Cost     O(1), one round trip        Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Redis docs, "Distributed locks with Redis"
]]
local key = KEYS[1]
local token = ARGV[1]

if redis.call('GET', key) ~= token then
  return 0
end
return redis.call('DEL', key)
