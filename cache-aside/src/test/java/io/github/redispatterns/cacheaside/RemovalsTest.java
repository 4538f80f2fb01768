package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Masters;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is pending while Redis is left alone. */
class RemovalsTest {

    private final List<String> lost = new ArrayList<>();
    private final CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(5))
            .breakerWindow(Duration.ofMinutes(1))
            .onInvalidationLost(lost::add)
            .build();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CacheMetrics metrics = new CacheMetrics(registry, "default");
    private long now;
    private final RedisGuard guard = new RedisGuard(options, Duration.ofSeconds(2), metrics, () -> now);
    private final RedisGuards guards = new RedisGuards(() -> guard, key -> key, null, metrics);
    // The store is never asked for, as the guard lets nothing through.
    private final Removals removals = new Removals(options, null, guards, metrics);

    @BeforeEach
    void leaveRedisAlone() {
        long asked = now += Duration.ofSeconds(1).toNanos();
        now += Duration.ofSeconds(2).toNanos();
        guard.failed(asked, new UnknownOutcomeException("no reply", null));
    }

    @AfterEach
    void close() {
        removals.close();
    }

    @Test
    void whatIsTooMuchIsReportedAtOnce() {
        IntStream.range(0, Removals.MAX_PENDING).forEach(i -> removals.later("k" + i));
        assertThat(lost).isEmpty();
        assertThat(Sync.<WriteOutcome>await(removals.remove("one more"))).isEqualTo(WriteOutcome.PENDING);
        assertThat(lost).containsExactly("one more");
        assertThat(removals.isPending("k0")).isTrue();
        assertThat(removals.isPending("one more")).isFalse();
    }

    @Test
    void aWriteEndsOnlyWhatWasPendingWhenItBegan() {
        removals.later("k");
        Removals.Pending before = removals.of("k");
        removals.later("k");
        removals.done("k", before);
        assertThat(removals.isPending("k")).isTrue();
        removals.done("k", removals.of("k"));
        assertThat(removals.isPending("k")).isFalse();
    }

    /** Else a key that is written again and again would be tried for ever, and nobody told. */
    @Test
    void aFurtherRemovalDoesNotPutTheBoundOff() {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        try (Removals hot = new Removals(brief(Duration.ofMillis(300), told::add), null, guards, metrics)) {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> {
                        hot.later("hot");
                        return told.size() >= 2;
                    });
        }
        assertThat(removed("pending")).isEqualTo(removed("done") + removed("lost"));
        assertThat(removed("lost")).isEqualTo(told.size());
    }

    @Test
    void whatWasPendingIsEitherDoneOrLost() {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        Removals all = new Removals(brief(Duration.ofMinutes(1), told::add), null, guards, metrics);
        List.of("a", "b", "a", "b", "c").forEach(all::later);
        all.done("a", all.of("a"));
        assertThat(removed("pending")).isEqualTo(3);
        assertThat(removed("done")).isEqualTo(1);
        all.close();
        all.later("d");
        assertThat(told).containsExactlyInAnyOrder("b", "c", "d");
        assertThat(removed("pending")).isEqualTo(4);
        assertThat(removed("lost")).isEqualTo(3);
    }

    /** However many are before it, and cannot be removed. */
    @Test
    void eachHasItsTurn() {
        Set<String> tried = ConcurrentHashMap.newKeySet();
        RedisGuards watched = new RedisGuards(() -> guard, key -> key, new OneMaster(tried), metrics);
        try (Removals many = new Removals(options, null, watched, metrics)) {
            for (int i = 0; i < 3_500; i++) {
                many.later("k" + i);
            }
            Awaitility.await().until(() -> tried.size() == 3_500);
            assertThat(lost).isEmpty();
        }
    }

    @Test
    void aListenerThatFailsIsToldOfTheOthersAllTheSame() {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        CacheAsideOptions brief = brief(Duration.ofMillis(1), key -> {
            told.add(key);
            throw new AssertionError("a bug");
        });
        try (Removals each = new Removals(brief, null, guards, metrics)) {
            List.of("a", "b", "c").forEach(each::later);
            Awaitility.await().until(() -> told.size() == 3);
            assertThat(each.isPending("a")).isFalse();
            each.later("d");
            Awaitility.await().until(() -> told.contains("d"));
        }
    }

    @Test
    void whatIsPendingAtTheEndIsReported() {
        removals.later("a");
        removals.later("b");
        removals.close();
        assertThat(lost).containsExactlyInAnyOrder("a", "b");
        assertThat(removals.later("c")).isEqualTo(WriteOutcome.PENDING);
        assertThat(lost).containsExactlyInAnyOrder("a", "b", "c");
    }

    private double removed(String state) {
        return registry.counter("redis.patterns.cacheaside.removals", "cache", "default", "state", state)
                .count();
    }

    private static CacheAsideOptions brief(Duration retry, Consumer<String> onLost) {
        return CacheAsideOptions.builder(Duration.ofMinutes(5))
                .invalidationRetry(retry)
                .onInvalidationLost(onLost)
                .build();
    }

    private record OneMaster(Set<String> asked) implements Masters {

        @Override
        public String of(String key) {
            asked.add(key);
            return "master";
        }

        @Override
        public Set<String> all() {
            return Set.of("master");
        }
    }
}
