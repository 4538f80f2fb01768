package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.FrozenTime;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The server's clock is moved. Hard times to live and leases are timers of Redis and do not follow; only when an entry
 * is stale, and for how long another loads it anew, is told by the clock.
 */
@RedisTest
class CacheClockIT extends CacheBench {

    private static final Duration HARD = Duration.ofMillis(900);
    private static final Duration SOFT = Duration.ofMillis(200);

    private final FrozenTime time = FrozenTime.atMicros(now());
    private final List<CacheAside<String>> moved = new ArrayList<>();
    private Redis hooked;

    @BeforeEach
    void openHooked() {
        ScriptHook hook = new ScriptHook(time::rewrite, time::argument);
        hooked = Handles.open(deployment, user, RedisOptions.builder().scriptHook(hook));
    }

    @AfterEach
    void closeHooked() {
        moved.forEach(CacheAside::close);
        hooked.close();
    }

    /** Everything seems old: each read is served at once and has it loaded anew, one load at a time. */
    @Test
    void aClockSetBackMakesEntriesStaleTooSoon() {
        CacheAside<String> soft = onTheMovedClock(CacheAsideOptions.builder(TTL)
                .softTtl(Duration.ofMinutes(1))
                .jitter(0)
                .build());
        time.setMicros(now() - TimeUnit.HOURS.toMicros(1));
        assertThat(soft.lookup("k", this::load)).isEqualTo(new Lookup<>("value 1", Source.LOADED, Duration.ZERO));
        CacheAside<String> other = onTheMovedClock(
                CacheAsideOptions.builder(TTL).softTtl(Duration.ofMinutes(1)).build());
        CountDownLatch gate = new CountDownLatch(1);
        Loader<String> slow = key -> {
            String value = load(key);
            gate.await();
            return value;
        };
        Awaitility.await()
                .until(() -> soft.get("k", slow).equals("value 1") && loads.get() == 2); // it knows what time it is
        Awaitility.await().until(() -> other.lookup("k", slow).source() == Source.STALE);
        for (int i = 0; i < 20; i++) {
            Lookup<String> stale = (i % 2 == 0 ? soft : other).lookup("k", slow);
            assertThat(stale.source()).isEqualTo(Source.STALE);
            assertThat(stale.age()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
        }
        assertThat(loads).hasValue(2); // here and in another process
        gate.countDown();
        Awaitility.await().until(() -> soft.get("k", slow).equals("value 2"));
        assertThat(pttl("k")).isBetween(1L, TTL.toMillis());
        Awaitility.await().until(() -> {
            time.setMicros(now());
            return soft.lookup("k", this::load).source() == Source.REDIS;
        });
    }

    /** Nothing seems ever old; the hard time to live ends it all the same. */
    @Test
    void aClockSetForwardNeverKeepsAnEntryOverItsHardTime() {
        CacheAside<String> soft = onTheMovedClock(
                CacheAsideOptions.builder(HARD).softTtl(SOFT).jitter(0).build());
        time.setMicros(now() + TimeUnit.HOURS.toMicros(1));
        assertThat(soft.lookup("k", this::load).source()).isEqualTo(Source.LOADED);
        long stored = System.nanoTime();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            long began = System.nanoTime();
            Lookup<String> found = soft.lookup("k", this::load);
            assertThat(found.source()).isIn(Source.REDIS, Source.LOADED);
            assertThat(found.age()).isEqualTo(Duration.ZERO);
            if (found.source() == Source.REDIS) {
                assertThat(Duration.ofNanos(began - stored)).isLessThan(HARD.plusMillis(50));
            }
            return found.source() == Source.LOADED;
        });
        assertThat(loads).hasValue(2);
    }

    /** A load anew that began while the clock was ahead seems to be under way for an hour; nobody repeats it before. */
    @Test
    void aRefreshLeaseFromAClockAheadEndsWithTheEntry() {
        CacheAside<String> soft = onTheMovedClock(
                CacheAsideOptions.builder(HARD).softTtl(SOFT).jitter(0).build());
        time.setMicros(now());
        soft.get("k", this::load);
        long stored = System.nanoTime();
        Awaitility.await().until(() -> soft.inspect("k").staleIn().isZero());
        time.setMicros(now() + TimeUnit.HOURS.toMicros(1));
        assertThat(Sync.<String>await(soft.getAsync("k", key -> new CompletableFuture<>())))
                .isEqualTo("value 1");
        Awaitility.await().until(() -> soft.inspect("k").state() == Inspection.State.REFRESHING);
        time.setMicros(now());
        CacheAside<String> other = onTheMovedClock(
                CacheAsideOptions.builder(HARD).softTtl(SOFT).jitter(0).build());
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
            Lookup<String> found = other.lookup("k", this::load);
            assertThat(found.source()).isIn(Source.STALE, Source.LOADED);
            return found.source() == Source.LOADED;
        });
        assertThat(Duration.ofNanos(System.nanoTime() - stored)).isGreaterThan(HARD.minusMillis(50));
        assertThat(loads).hasValue(2);
    }

    /** The lease is not judged by the clock, so neither is whether a load may store, or a write. */
    @Test
    void aClockThatMovesDuringALoadChangesNothing() {
        CacheAside<String> soft = onTheMovedClock(CacheAsideOptions.ofTtl(TTL));
        for (int hours : new int[] {1, -1, 24 * 365, -24 * 365}) {
            String key = "k" + hours;
            time.setMicros(now());
            Lookup<String> loaded = soft.lookup(key, name -> {
                time.advance(Duration.ofHours(hours));
                return load(name);
            });
            assertThat(loaded.source()).isEqualTo(Source.LOADED);
            assertThat(soft.lookup(key, this::load).source()).isEqualTo(Source.REDIS);
            WriteOutcome outcome = soft.update(key, "new", () -> time.advance(Duration.ofHours(-hours)));
            assertThat(outcome).isEqualTo(WriteOutcome.STORED);
            assertThat(soft.get(key, this::load)).isEqualTo("new");
            assertThat(pttl(key)).isBetween(1L, TTL.toMillis());
        }
    }

    private CacheAside<String> onTheMovedClock(CacheAsideOptions options) {
        CacheAside<String> made = CacheAside.create(hooked, keys, Codec.utf8(), options);
        moved.add(made);
        return made;
    }

    private static long now() {
        return TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    }
}
