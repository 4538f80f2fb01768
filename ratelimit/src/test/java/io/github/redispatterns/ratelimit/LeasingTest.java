package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of permits that are being fetched; calls are granted at once, and batches when the test says so. */
class LeasingTest {

    private static final Limit SLOW = Limit.of(1_000, Duration.ofHours(10));
    private static final int CALLS = 20; // enough to be hot
    private static final Duration LONGEST = Duration.ofMillis(200);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<Long> given = new CopyOnWriteArrayList<>();
    private HeldStore calls;
    private HeldStore batches;
    private Leasing leasing;

    @BeforeEach
    void slow() {
        leasing(SLOW);
    }

    private void leasing(Limit limit) {
        Rule rule = Rule.of(Algorithm.GCRA, limit);
        calls = new HeldStore(rule);
        calls.holds = false;
        batches = new HeldStore(rule);
        leasing = new Leasing(calls, batches, this::give, 100, LONGEST, new RateMetrics(registry, "leasing"));
    }

    private CompletionStage<Long> give(Rule rule, String key, long permits, long endNanos) {
        given.add(permits);
        return new CompletableFuture<>(); // never
    }

    @Test
    void whatWasFetchedIsGrantedWithoutAsking() {
        call(CALLS);
        assertThat(batches.scripts).hasSize(1);
        batches.last().answer();
        call(10);
        assertThat(calls.scripts).hasSize(CALLS);
        assertThat(leased()).isEqualTo(10);
        assertThat(batches.scripts).hasSize(2); // the next one is under way
    }

    /** What it takes is forgotten with the rest, and may be granted to nobody; nor may it be given back on top. */
    @Test
    void aResetComesAfterWhatIsBeingFetched() {
        call(CALLS);
        CompletableFuture<Void> reset = leasing.reset("a").toCompletableFuture();
        assertThat(reset).isNotDone();
        call(CALLS);
        assertThat(batches.scripts).hasSize(1); // nothing is fetched meanwhile
        batches.last().answer();
        assertThat(reset).isCompleted();
        call(CALLS);
        assertThat(leased()).isZero();
        assertThat(given).isEmpty();
        assertThat(batches.scripts).hasSize(2); // by now it is hot again
        batches.last().answer();
        call(1);
        assertThat(leased()).isEqualTo(1);
    }

    @Test
    void aResetForgetsWhatIsHeldAndIsFetchedNext() {
        call(CALLS);
        batches.last().answer();
        call(1);
        assertThat(batches.scripts).hasSize(2);
        CompletableFuture<Void> reset = leasing.reset("a").toCompletableFuture();
        CompletableFuture<Void> again = leasing.reset("a").toCompletableFuture();
        call(1);
        assertThat(leased()).isEqualTo(1); // before the reset
        batches.last().answer();
        assertThat(reset).isCompleted();
        assertThat(again).isCompleted();
        call(1);
        assertThat(leased()).isEqualTo(1);
        assertThat(given).isEmpty();
    }

    @Test
    void aBatchThatIsOverWhenItIsHereIsNotFetchedAgainAtOnce() {
        leasing(Limit.of(1_000_000, Duration.ofSeconds(1)));
        call(CALLS);
        long asked = System.nanoTime();
        while (System.nanoTime() - asked < 1_000_000) { // 50 permits are back after 50 us
            Thread.onSpinWait();
        }
        long answered = System.nanoTime();
        batches.last().answer();
        call(1);
        assertThat(leased()).isZero();
        int soon = System.nanoTime() - answered < 5_000_000 ? 1 : 2;
        assertThat(batches.scripts).hasSizeBetween(1, soon);
    }

    @Test
    void ofALimitThatIsTooSmallNothingIsHeld() {
        leasing(SLOW.withBurst(15));
        call(100);
        assertThat(batches.scripts).isEmpty();
        leasing(SLOW.withBurst(17));
        call(CALLS);
        assertThat(batches.last().costs()).containsExactly(8L);
    }

    @Test
    void whatIsFetchedWhenItHasClosedIsGivenBack() {
        call(CALLS);
        leasing.close();
        batches.last().answer();
        assertThat(given).hasSize(1);
        assertThat(given.get(0)).isBetween(40L, 50L);
    }

    /** Nobody answers what is given back. */
    @Test
    void closingTakesNoLongerThanItMay() {
        call(CALLS);
        batches.last().answer();
        call(1);
        batches.last().answer();
        long began = System.nanoTime();
        leasing.close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isBetween(LONGEST, LONGEST.plusMillis(500));
        assertThat(given).hasSize(2);
    }

    private void call(int times) {
        for (int i = 0; i < times; i++) {
            assertThat(Sync.await(leasing.decide("a", 2)).allowed()).isTrue();
        }
    }

    private double leased() {
        return registry.counter("redis.patterns.ratelimit.leased", "limiter", "leasing")
                .count();
    }
}
