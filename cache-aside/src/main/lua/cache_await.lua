#!lua
--[[ cache_await: ask to be woken when the lease at the key ends by a fill, a release or a write.
KEYS[1]  entry or lease, string
ARGV[1]  waiter, 8 bytes: the end of the name of the channel on which it listens
Returns  {the value at the key or nil, ms until it expires}; if it is a lease, the waiter is now in it
Cost     O(waiters), one round trip  Slot    one key
Time     none                        Redis   7.0+, Valkey 7.2+
Layout   lease: CA 02 'L' id:8 waiters:8 each; entry: CA 02 'E'|'N' id:8 born_ms:6 soft_ms:5 load_us:4 refresh_ms:6 value
Source   Nishtala et al., "Scaling Memcache at Facebook", NSDI'13, section 3.2.1; the push is ours
]]
local key = KEYS[1]
local waiter = ARGV[1]

local current = redis.call('GET', key)
if current and string.sub(current, 1, 3) == '\202\2L' then
  local known = false
  for i = 12, #current, 8 do
    known = known or string.sub(current, i, i + 7) == waiter
  end
  if not known then
    redis.call('APPEND', key, waiter)
  end
end
return {current, redis.call('PTTL', key)}
