package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bad arguments, strange ids, and what else may stand at the key. */
@RedisTest
class RateInputIT extends RateFixture {

    @ParameterizedTest
    @EnumSource
    void badInputIsRefusedBeforeAnyIo(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, TEN);
        LimitStore<String, Rule> store =
                new ScriptStore(redis, Rule.of(algorithm, TEN), new RateMetrics(registry, "closed"));
        redis.close(); // any I/O would fail otherwise than by IllegalArgumentException
        for (String bad : new String[] {null, "", "\uD83D", "a\uDE00"}) {
            refused("id: ", () -> limiter.tryAcquire(bad));
            refused("id: ", () -> limiter.tryAcquireAsync(bad));
            refused("id: ", () -> limiter.tryAcquire(bad, 1));
            refused("id: ", () -> limiter.tryAcquireAsync(bad, 1));
            refused("id: ", () -> limiter.acquire(bad, 1, MINUTE));
            refused("id: ", () -> limiter.acquireAsync(bad, 1, MINUTE));
            refused("id: ", () -> limiter.peek(bad));
            refused("id: ", () -> limiter.peekAsync(bad));
            refused("id: ", () -> limiter.reset(bad));
            refused("id: ", () -> limiter.resetAsync(bad));
        }
        for (long bad : new long[] {0, -1, 11, Long.MAX_VALUE, Long.MIN_VALUE}) {
            refused("cost: ", () -> limiter.tryAcquire("ada", bad));
            refused("cost: ", () -> limiter.tryAcquireAsync("ada", bad));
            refused("cost: ", () -> limiter.acquire("ada", bad, MINUTE));
            refused("cost: ", () -> limiter.acquireAsync("ada", bad, MINUTE));
            refused("cost: ", () -> store.decide(key(algorithm, "ada"), List.of(1L, bad)));
        }
        for (Duration bad : new Duration[] {null, Duration.ofNanos(-1), Duration.ofDays(3651)}) {
            refused("maxWait: ", () -> limiter.acquire("ada", 1, bad));
            refused("maxWait: ", () -> limiter.acquireAsync("ada", 1, bad));
        }
        refused("limit: must not be null", () -> limiter.setLimit(null));
    }

    @Test
    void badPartsAreRefused() {
        Algorithm gcra = Algorithm.GCRA;
        refused("redis: must not be null", () -> RateLimiter.create(null, keys, gcra, TEN));
        refused("keys: must not be null", () -> RateLimiter.create(redis, null, gcra, TEN));
        refused("algorithm: must not be null", () -> RateLimiter.create(redis, keys, null, TEN));
        refused("limit: must not be null", () -> RateLimiter.create(redis, keys, gcra, null));
        refused("options: must not be null", () -> RateLimiter.create(redis, keys, gcra, TEN, null));
    }

    @Test
    void strangeIdsWorkAndStayApart() {
        List<String> strange = List.of(
                ":",
                "{",
                "}",
                "{}",
                "*",
                "?",
                "[",
                "%",
                "%7B",
                "a b",
                " ",
                "\n",
                "\0",
                "é",
                "\uD83D\uDE00",
                "a",
                "a:b",
                "x".repeat(1_000));
        for (Algorithm algorithm : Algorithm.values()) {
            RateLimiter limiter = limiter(algorithm, TEN);
            for (String id : strange) {
                assertThat(limiter.tryAcquire(id, 9).remaining()).as(id).isEqualTo(1);
            }
            for (String id : strange) {
                assertThat(limiter.tryAcquire(id).allowed()).isTrue();
                limiter.reset(id);
                assertThat(limiter.peek(id).remaining()).isEqualTo(10);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoLimitIsATypedErrorAndIsLeftAlone(Algorithm algorithm) {
        RateLimiter limiter = limiter(algorithm, TEN);
        String key = key(algorithm, "ada");
        for (String foreign : new String[] {
            "x",
            "foreign",
            "-1",
            "1.5",
            "1500",
            "123456789012345678",
            "0x1234567890123456",
            " 123456789012345678",
            "1234567890123456789012",
            "\0".repeat(23),
            "longer than what any of the limits has there, or at least than most of them",
        }) {
            admin(key, c -> c.set(key, foreign, SetArgs.Builder.px(60_000)));
            leavesAlone(limiter, key);
        }
        admin(key, c -> c.del(key));
        admin(key, c -> c.hset(key, Map.of("used", "7")));
        admin(key, c -> c.expire(key, 60));
        leavesAlone(limiter, key);
        admin(key, c -> c.del(key));
        admin(key, c -> c.rpush(key, "foreign"));
        admin(key, c -> c.expire(key, 60));
        leavesAlone(limiter, key);
        limiter.reset("ada");
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(9);
    }

    /** Its head says how long it is, and what of it counts. */
    @Test
    void aLogThatIsNotAsLongAsItSaysIsATypedErrorAndIsLeftAlone() {
        RateLimiter limiter = limiter(Algorithm.SLIDING_WINDOW_LOG, TEN);
        String key = key(Algorithm.SLIDING_WINDOW_LOG, "ada");
        for (String broken : List.of(
                "string.sub(log, 1, -2)",
                "string.sub(log, 1, -8)",
                "string.sub(log, 1, 21)",
                "string.sub(log, 1, 20)",
                "string.sub(log, 1, 2)",
                "log .. 'x'",
                "log .. string.rep('x', 7)",
                "string.sub(log, 1, 2) .. string.rep('\\255', 12) .. string.sub(log, 15)",
                "string.sub(log, 1, 2) .. string.rep('\\0', 19)", // no slots
                "string.sub(log, 1, 6) .. string.sub(log, 3, 6) .. string.sub(log, 11)", // the oldest is behind the
                // last
                "string.sub(log, 1, 13) .. '\\100' .. string.sub(log, 15)")) { // more count than there are
            limiter.reset("ada");
            assertThat(limiter.tryAcquire("ada", 4).allowed()).isTrue();
            String script = "local log = redis.call('GET', KEYS[1]) return redis.call('SET', KEYS[1], " + broken
                    + ", 'KEEPTTL')";
            admin(key, c -> c.eval(script, ScriptOutputType.STATUS, key));
            leavesAlone(limiter, key);
        }
    }

    /** Whoever changes the algorithm has to change the key space too; nothing is read for what it is not. */
    @ParameterizedTest
    @EnumSource
    void theKeyOfAnotherAlgorithmIsATypedError(Algorithm algorithm) {
        for (Algorithm other : Algorithm.values()) {
            if (other != algorithm) {
                RateLimiter theirs = closing(RateLimiter.create(redis, keys, other, TEN));
                theirs.reset("ada");
                assertThat(theirs.tryAcquire("ada").allowed()).isTrue();
                leavesAlone(closing(RateLimiter.create(redis, keys, algorithm, TEN)), keys.key("ada"));
            }
        }
    }

    private void leavesAlone(RateLimiter limiter, String key) {
        byte[] before = dump(key);
        List<ThrowingCallable> calls = List.of(
                () -> limiter.tryAcquire("ada"),
                () -> Sync.await(limiter.tryAcquireAsync("ada", 2)),
                () -> limiter.acquire("ada", 1, MINUTE),
                () -> limiter.peek("ada"));
        for (ThrowingCallable call : calls) {
            assertThatThrownBy(call)
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("WRONGTYPE");
        }
        assertThat(dump(key)).isEqualTo(before);
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
