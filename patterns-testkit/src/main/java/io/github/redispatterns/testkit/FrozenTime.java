package io.github.redispatterns.testkit;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server clock that stands still: scripts that ask {@code redis.call('TIME')} get the time that the test says.
 *
 * <p>{@link #rewrite(String)} puts one line into a copy of the script, under its first line; that line hides
 * {@code redis} behind a local of the same name. Each call must then pass {@link #argument()} as its last ARGV; the
 * script does not see it.
 *
 * <p><b>Guarantees</b>: everything else in the script works as before, {@code redis.pcall}, {@code #ARGV} and errors
 * included; only line numbers in error messages grow by one.
 *
 * <p><b>Does not guarantee</b>: anything about TTLs, which still run with the server's real clock.
 *
 * <p><b>Cost</b>: one more argument per call.
 *
 * <p><b>Thread safety</b>: safe.
 */
public final class FrozenTime {

    /** On one line, so that line numbers stay close. In Redis 7 the global is read-only, a local is not. */
    private static final String PROXY = """
            local redis = (function(real, now)
             if not now then error('FrozenTime: the last ARGV must be its argument()') end
             local time = { string.sub(now, 1, -7), string.format('%d', tonumber(string.sub(now, -6))) }
             local function frozen(f) return function(...)
             if string.upper(tostring((...))) == 'TIME' then return { time[1], time[2] } end
             return f(...) end end
             return setmetatable({ call = frozen(real.call), pcall = frozen(real.pcall) }, { __index = real })
             end)(redis, table.remove(ARGV))""".replace("\n", "");

    private static final long SMALLEST = TimeUnit.SECONDS.toMicros(1);

    private final AtomicLong micros = new AtomicLong();

    private FrozenTime(long micros) {
        this.micros.set(Check.atLeast("micros", micros, SMALLEST));
    }

    /**
     * Stops the clock.
     *
     * @param micros since the epoch, at least 1,000,000
     * @return the clock
     * @throws IllegalArgumentException if the time is earlier
     */
    public static FrozenTime atMicros(long micros) {
        return new FrozenTime(micros);
    }

    /**
     * Moves the clock forward, or back.
     *
     * @param time to the microsecond; a negative one moves it back
     * @throws IllegalArgumentException if the clock would show less than 1,000,000 microseconds
     */
    public void advance(Duration time) {
        long step = TimeUnit.NANOSECONDS.toMicros(Check.notNull("time", time).toNanos());
        micros.updateAndGet(now -> Check.atLeast("time", Math.addExact(now, step), SMALLEST));
    }

    /**
     * Sets the clock.
     *
     * @param time since the epoch, in microseconds, at least 1,000,000
     * @throws IllegalArgumentException if it is less
     */
    public void setMicros(long time) {
        micros.set(Check.atLeast("time", time, SMALLEST));
    }

    /**
     * The time that the clock shows.
     *
     * @return microseconds since the epoch
     */
    public long micros() {
        return micros.get();
    }

    /**
     * Makes a copy of a script that asks this clock.
     *
     * @param luaSource the shipped script
     * @return the script to run in its stead
     * @throws IllegalArgumentException if the script is null
     */
    public String rewrite(String luaSource) {
        Check.notNull("luaSource", luaSource);
        int firstLineEnd = luaSource.startsWith("#!") ? luaSource.indexOf('\n') + 1 : 0;
        return luaSource.substring(0, firstLineEnd) + PROXY + "\n" + luaSource.substring(firstLineEnd);
    }

    /**
     * The last ARGV of the next call.
     *
     * @return the clock's microseconds
     */
    public String argument() {
        return Long.toString(micros());
    }
}
