package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Bad arguments, strange ids, and what else may stand at a key of several limits. */
@RedisTest
class CompositeInputIT extends RateFixture {

    private static final NamedLimit MANY = NamedLimit.of("many", Algorithm.GCRA, Limit.of(100, MINUTE));
    private static final NamedLimit FEW = NamedLimit.of("few", Algorithm.FIXED_WINDOW, TEN);
    private static final Map<String, String> ADA = Map.of("id", "ada");

    @Test
    void badInputIsRefusedBeforeAnyIo() {
        CompositeRateLimiter limiter = closing(builder().build());
        CompositeRateLimiter several =
                closing(builder().limit(limit("x").per("ip")).hashTag("t").build());
        redis.close(); // any I/O would fail otherwise than by IllegalArgumentException
        for (String bad : new String[] {null, "", "\uD83D", "a\uDE00"}) {
            Map<String, String> ids = new HashMap<>();
            ids.put("id", bad);
            everyCall(limiter, "id: ", ids, 1);
            ids.put("ip", "::1");
            everyCall(several, "id: ", ids, 1);
        }
        for (Map<String, String> bad : List.of(Map.<String, String>of(), Map.of("ip", "::1"))) {
            everyCall(limiter, "ids: must be of [id] and of nothing else", bad, 1);
        }
        everyCall(limiter, "ids: must be of [id]", Map.of("id", "ada", "ip", "::1"), 1);
        everyCall(limiter, "ids: must not be null", null, 1);
        refused("ids: must be of [id, ip]", () -> several.tryAcquire(ADA, 1));
        for (long bad : new long[] {0, -1, 11, Long.MAX_VALUE, Long.MIN_VALUE}) {
            refused("cost: ", () -> limiter.tryAcquire(ADA, bad));
            refused("cost: ", () -> limiter.acquire(ADA, bad, MINUTE));
        }
        for (Duration bad : new Duration[] {null, Duration.ofNanos(-1), Duration.ofDays(3651)}) {
            refused("maxWait: ", () -> limiter.acquire(ADA, 1, bad));
        }
        refused("name: ", () -> limiter.setLimit("other", TEN));
        refused("name: ", () -> limiter.setLimit(null, TEN));
        refused("limit: ", () -> limiter.setLimit("few", null));
        refused("burst: ", () -> limiter.setLimit("few", TEN.withBurst(3)));
        assertThat(limiter.limits()).containsExactly(MANY, FEW);
        limiter.close();
        assertThatThrownBy(() -> limiter.tryAcquire(ADA)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> limiter.reset(ADA)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void badPartsAreRefused() {
        refused("redis: ", () -> CompositeRateLimiter.builder(null, keys));
        refused("keys: ", () -> CompositeRateLimiter.builder(redis, null));
        refused("limits: ", () -> CompositeRateLimiter.builder(redis, keys).build());
        refused("limit: ", () -> builder().limit(null));
        refused("limit: another", () -> builder().limit(FEW));
        refused("tag: ", () -> builder().hashTag(""));
        refused("options: ", () -> builder().options(null));
        RateLimiterOptions ahead = RateLimiterOptions.builder().leaseAhead(16).build();
        refused("leaseAhead: must be 0 for several limits", () -> builder().options(ahead));
        refused("name: ", () -> NamedLimit.of("", Algorithm.GCRA, TEN));
        refused("algorithm: ", () -> NamedLimit.of("a", null, TEN));
        refused("algorithm: SLIDING_WINDOW_LOG", () -> NamedLimit.of("a", Algorithm.SLIDING_WINDOW_LOG, TEN));
        refused("limit: ", () -> NamedLimit.of("a", Algorithm.GCRA, null));
        refused("per: ", () -> FEW.per(""));
        CompositeRateLimiter.Builder full = builder();
        for (int i = 2; i < 20; i++) {
            full.limit(limit("limit " + i));
        }
        refused("limits: ", () -> full.limit(limit("one too many")));
        assertThat(closing(full.build()).tryAcquire(ADA).remaining()).isEqualTo(9);
    }

    @Test
    void strangeIdsNamesAndSubjectsStayApart() {
        List<String> strange =
                List.of(":", "{", "}", "{}", "*", "?", "[", "%", "%7B", " ", "\n", "\0", "é", "a", "a:b");
        CompositeRateLimiter.Builder builder =
                CompositeRateLimiter.builder(redis, keys).hashTag("{:}");
        strange.forEach(each ->
                builder.limit(NamedLimit.of(each, Algorithm.FIXED_WINDOW, TEN).per(each)));
        CompositeRateLimiter limiter = closing(builder.build());
        for (String id : strange) {
            Map<String, String> ids = new HashMap<>();
            strange.forEach(subject -> ids.put(subject, id));
            assertThat(limiter.tryAcquire(ids, 9).remaining()).isEqualTo(1);
        }
        for (String id : strange) {
            Map<String, String> ids = new HashMap<>();
            strange.forEach(subject -> ids.put(subject, id));
            assertThat(limiter.peek(ids).remaining()).isEqualTo(1);
        }
    }

    @Test
    void whatIsNoneOfOursIsATypedErrorAndIsLeftAlone() {
        CompositeRateLimiter limiter = closing(builder().build());
        String key = keys.child("id").key("ada");
        List<Runnable> foreign = List.of(
                () -> admin(key, c -> c.set(key, "foreign")),
                () -> admin(key, c -> c.rpush(key, "foreign")),
                () -> admin(key, c -> c.hset(key, "many", "7")),
                () -> admin(key, c -> c.hset(key, "other", "7")),
                () -> admin(key, c -> c.hset(key, "few", "F2345678901234567890123456")));
        for (Runnable each : foreign) {
            each.run();
            admin(key, c -> c.expire(key, 60));
            leavesAlone(limiter, key);
            admin(key, c -> c.del(key));
        }
        assertThat(limiter.tryAcquire(ADA).allowed()).isTrue();
        admin(key, c -> c.hset(key, "few", "corrupt"));
        leavesAlone(limiter, key);
        admin(key, c -> c.hset(key, "few", "B2345678901234567890123456")); // another algorithm's
        leavesAlone(limiter, key);
        limiter.reset(ADA);
        assertThat(limiter.tryAcquire(ADA).remaining()).isEqualTo(9);
    }

    private void leavesAlone(CompositeRateLimiter limiter, String key) {
        byte[] before = dump(key);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> limiter.tryAcquire(ADA), () -> limiter.acquire(ADA, 1, MINUTE), () -> limiter.peek(ADA))) {
            assertThatThrownBy(call)
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("WRONGTYPE");
        }
        assertThat(dump(key)).isEqualTo(before);
    }

    private CompositeRateLimiter.Builder builder() {
        return CompositeRateLimiter.builder(redis, keys).limit(MANY).limit(FEW);
    }

    private static NamedLimit limit(String name) {
        return NamedLimit.of(name, Algorithm.TOKEN_BUCKET, TEN);
    }

    private static void everyCall(CompositeRateLimiter limiter, String message, Map<String, String> ids, long cost) {
        refused(message, () -> limiter.tryAcquire(ids));
        refused(message, () -> limiter.tryAcquireAsync(ids));
        refused(message, () -> limiter.tryAcquire(ids, cost));
        refused(message, () -> limiter.tryAcquireAsync(ids, cost));
        refused(message, () -> limiter.acquire(ids, cost, MINUTE));
        refused(message, () -> limiter.acquireAsync(ids, cost, MINUTE));
        refused(message, () -> limiter.peek(ids));
        refused(message, () -> limiter.peekAsync(ids));
        if (ids == null || !ids.keySet().containsAll(List.of("id"))) {
            refused("ids: ", () -> limiter.reset(ids));
        } else if (ids.size() == 1) {
            refused(message, () -> limiter.reset(ids));
        }
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
