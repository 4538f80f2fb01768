#!lua flags=no-writes
--[[ one_return: nothing but the price of a script.
Returns  1
Cost     O(1), one round trip        Slot    any; a key is not looked at
Time     none                        Redis   7.0+, Valkey 7.2+
Source   Redis docs, "Redis benchmark"
]]
return 1
