package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.LuaContract;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SetArgs;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Permits that are held ahead: never more than the limit, and what is not used goes back. */
@RedisTest
class LeasingIT extends RateFixture {

    private static final Limit SLOW = Limit.of(1_000, Duration.ofHours(10));
    private static final int AHEAD = 100;
    private static final long NEVER = 1L << 52;
    private static final Duration RUN = Duration.ofSeconds(FullLength.of(2, 60));

    private final Held held = new Held(registry);

    /** When it was asked and when it was granted; in between it was. */
    private record Grant(long asked, long granted, long cost) {}

    /** Three processes, which pause so that all comes back, and begin anew, giving back what they hold. */
    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void noMoreIsGrantedThanTheLimitInAnyTime(Algorithm algorithm) throws Exception {
        long seed = FullLength.seed("leasing of " + algorithm + ", " + deployment);
        Limit limit = Limit.of(4_000, Duration.ofSeconds(1)).withBurst(800);
        long step = Rule.of(algorithm, limit).first();
        Queue<Grant> grants = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 3; thread++) {
                Random random = new Random(seed + thread);
                all.add(threads.submit(() -> hammer(algorithm, limit, random, grants)));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        List<Grant> inOrder =
                grants.stream().sorted(Comparator.comparingLong(Grant::granted)).toList();
        for (Grant first : inOrder) {
            long sum = 0;
            for (Grant last : inOrder) {
                if (last.asked() - first.asked() >= 0) {
                    sum += last.cost();
                    double most = limit.burst() + (double) (last.granted() - first.asked()) / step;
                    if (sum > most + 1) { // our clock and the server's
                        throw new AssertionError(sum + " instead of " + most + " from " + first + " to " + last);
                    }
                }
            }
        }
        long sum = grants.stream().mapToLong(Grant::cost).sum();
        assertThat(sum).isGreaterThan(limit.permits() * RUN.toSeconds() / 4);
        assertThat(leased()).isGreaterThan(100);
    }

    private void hammer(Algorithm algorithm, Limit limit, Random random, Queue<Grant> grants) {
        try (Redis handle =
                Handles.open(deployment, user, RedisOptions.builder().meterRegistry(registry))) {
            long end = System.nanoTime() + RUN.toNanos();
            while (System.nanoTime() - end < 0) {
                try (RateLimiter limiter = limiter(handle, algorithm, limit, 200)) {
                    long until = System.nanoTime() + random.nextInt(300_000_000);
                    while (System.nanoTime() - until < 0) {
                        long cost = random.nextInt(4) == 0 ? 1L + random.nextInt(5) : 1;
                        long asked = System.nanoTime();
                        if (limiter.tryAcquire("hot", cost).allowed()) {
                            grants.add(new Grant(asked, System.nanoTime(), cost));
                        } else {
                            LockSupport.parkNanos(random.nextInt(4_000_000));
                        }
                        LockSupport.parkNanos(random.nextInt(800_000));
                    }
                    LockSupport.parkNanos(random.nextInt(4) == 0 ? random.nextInt(200_000_000) : 0);
                }
            }
        }
    }

    /** When Redis has counted it back it is not there twice. */
    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void whatIsHeldIsNotOnTopOfTheLimit(Algorithm algorithm) {
        Limit limit = Limit.of(100, Duration.ofSeconds(1));
        RateLimiter limiter = closing(limiter(redis, algorithm, limit, 80));
        RateLimiter other = closing(limiter(redis, algorithm, limit, 0));
        useUntilHeld(limiter);
        assertThat(other.peek("ada").remaining()).isLessThan(50);
        Awaitility.await().until(() -> other.peek("ada").remaining() == 100);
        long began = System.nanoTime();
        long granted = 0;
        while (limiter.tryAcquire("ada").allowed()) {
            granted++;
        }
        while (other.tryAcquire("ada").allowed()) {
            granted++;
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        assertThat(granted).isBetween(90L, 101 + took.toMillis() / 10);
    }

    /** Under a clock that stands still nothing comes back by itself. */
    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void unusedPermitsGoBackOnClose(Algorithm algorithm) {
        RateLimiter limiter = frozenLimiter(algorithm, SLOW, AHEAD);
        RateLimiter other = frozenLimiter(algorithm, SLOW);
        int used = useUntilHeld(limiter);
        assertThat(other.peek("ada").remaining()).isLessThan(1_000 - used - AHEAD / 4);
        assertThat(other.peek("ada").remaining()).isGreaterThanOrEqualTo(1_000 - used - AHEAD); // the bound
        limiter.close();
        assertThat(other.peek("ada").remaining()).isBetween(1_000L - used - 2, 1_000L - used);
    }

    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void allOfTheLimitCanBeUsedThroughIt(Algorithm algorithm) {
        RateLimiter limiter = frozenLimiter(algorithm, SLOW, AHEAD);
        int granted = 0;
        Decision decision = limiter.tryAcquire("ada");
        while (decision.allowed()) {
            granted++;
            assertThat(decision.degraded()).isFalse();
            assertThat(decision.remaining()).isBetween(0L, 999L);
            decision = limiter.tryAcquire("ada");
        }
        assertThat(granted).isBetween(1_000 - 2 * 1_000 / AHEAD, 1_000); // of each batch one is coming back at once
        assertThat(leased()).isGreaterThan(500);
    }

    /** Held permits are forgotten with what was taken. */
    @Test
    void aResetBeginsAnew() {
        RateLimiter limiter = frozenLimiter(Algorithm.GCRA, SLOW, AHEAD);
        useUntilHeld(limiter);
        limiter.reset("ada");
        double leased = leased();
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(999);
        assertThat(leased()).isEqualTo(leased);
    }

    @Test
    void anotherLimitBeginsWithoutWhatWasHeld() {
        RateLimiter limiter = frozenLimiter(Algorithm.TOKEN_BUCKET, SLOW, AHEAD);
        useUntilHeld(limiter);
        limiter.setLimit(Limit.of(10, Duration.ofHours(1)));
        double leased = leased();
        assertThat(limiter.tryAcquire("ada").allowed()).isFalse();
        assertThat(leased()).isEqualTo(leased);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"TOKEN_BUCKET", "GCRA"})
    void othersCannot(Algorithm algorithm) {
        assertThatThrownBy(() -> limiter(redis, algorithm, TEN, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("leaseAhead: ");
    }

    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void whatIsGivenBackIsAsIfNeverTaken(Algorithm algorithm) throws Exception {
        Rule rule = Rule.of(algorithm, SLOW);
        ScriptStore store = new ScriptStore(frozen, rule, new RateMetrics(registry, "frozen"));
        Random random = new Random(FullLength.seed("give of " + algorithm + ", " + deployment));
        String taken = key(algorithm, "ada");
        String never = key(algorithm, "eva");
        for (int round = 0; round < 100; round++) {
            long cost = 1L + random.nextInt(20);
            long back = 1L + random.nextInt(20);
            assertThat(Sync.await(store.decide(taken, cost))).isEqualTo(Sync.await(store.decide(never, cost)));
            Sync.await(store.decide(taken, back));
            assertThat(Sync.await(store.give(rule, taken, back, NEVER))).isEqualTo(1);
            assertThat(Sync.await(store.peek(taken))).isEqualTo(Sync.await(store.peek(never)));
            clock.advance(RateModel.micros(random.nextInt(800_000_000)));
        }
        assertThat(Sync.await(store.decide(taken, 1)).allowed()).isTrue();
        assertThat(Sync.await(store.give(rule, taken, 1_000, NEVER))).isEqualTo(1);
        long exists = admin(taken, c -> c.exists(taken));
        assertThat(exists).isZero();
        assertThat(Sync.await(store.give(rule, taken, 1_000, NEVER))).isZero();
        admin(taken, c -> c.set(taken, "foreign", SetArgs.Builder.px(60_000)));
        assertThatThrownBy(() -> Sync.await(store.give(rule, taken, 1, NEVER)))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("WRONGTYPE");
        String script = algorithm.script().replace(".lua", "_give.lua");
        try (InputStream in = LeasingIT.class.getResourceAsStream("/META-INF/lua/" + script)) {
            LuaContract.check(
                    script.substring(script.indexOf('/') + 1), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** As after a freeze: what has come back by itself meanwhile is not there twice. */
    @ParameterizedTest
    @EnumSource(names = {"TOKEN_BUCKET", "GCRA"})
    void whatIsGivenBackLateIsNotOnTop(Algorithm algorithm) {
        Rule rule = Rule.of(algorithm, SLOW);
        ScriptStore store = new ScriptStore(frozen, rule, new RateMetrics(registry, "frozen"));
        String key = key(algorithm, "ada");
        long stepMicros = rule.first() / 1_000;
        assertThat(Sync.await(store.decide(key, 50)).allowed()).isTrue();
        long end = clock.micros() + 50 * stepMicros;
        assertThat(Sync.await(store.give(rule, key, 0, 0))).isEqualTo(clock.micros());
        clock.advance(RateModel.micros(40 * stepMicros));
        assertThat(Sync.await(store.decide(key, 20)).remaining()).isEqualTo(970);
        assertThat(Sync.await(store.give(rule, key, 30, end))).isEqualTo(1); // of which ten are missing
        assertThat(Sync.await(store.peek(key)).remaining()).isEqualTo(980);
        clock.advance(RateModel.micros(10 * stepMicros));
        assertThat(Sync.await(store.give(rule, key, 50, end))).isZero();
        assertThat(Sync.await(store.peek(key)).remaining()).isEqualTo(990);
    }

    /** Of more than it holds nothing is missing: what is given back is there at once. */
    @Test
    void aBucketThatHasBecomeSmallerTakesBackWhatWasTakenOfIt() {
        String key = key(Algorithm.TOKEN_BUCKET, "ada");
        LimitStore<String, Rule> large = frozenStore(Algorithm.TOKEN_BUCKET, SLOW);
        Rule rule = Rule.of(Algorithm.TOKEN_BUCKET, SLOW.withBurst(20));
        ScriptStore small = new ScriptStore(frozen, rule, new RateMetrics(registry, "frozen"));
        assertThat(Sync.await(large.decide(key, 50)).allowed()).isTrue();
        assertThat(Sync.await(small.peek(key)).remaining()).isZero();
        clock.advance(RateModel.micros(10 * rule.first() / 1_000));
        assertThat(Sync.await(small.peek(key)).remaining()).isEqualTo(10);
        assertThat(Sync.await(small.give(rule, key, 5, NEVER))).isEqualTo(1);
        assertThat(Sync.await(small.peek(key)).remaining()).isEqualTo(15);
    }

    private int useUntilHeld(RateLimiter limiter) {
        return held.useUntilHeld(limiter, "ada");
    }

    private RateLimiter frozenLimiter(Algorithm algorithm, Limit limit, int ahead) {
        Redis handle = frozenHandle(RedisOptions.builder().meterRegistry(registry));
        return closing(limiter(handle, algorithm, limit, ahead));
    }

    private RateLimiter limiter(Redis handle, Algorithm algorithm, Limit limit, int ahead) {
        RateLimiterOptions options =
                RateLimiterOptions.builder().maxDenied(0).leaseAhead(ahead).build();
        return RateLimiter.create(handle, keys(algorithm), algorithm, limit, options);
    }

    private double leased() {
        return held.leased();
    }
}
