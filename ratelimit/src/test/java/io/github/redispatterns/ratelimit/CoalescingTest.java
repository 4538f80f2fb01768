package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which calls travel together, and what becomes of each; against a store that answers when the test says so. */
class CoalescingTest {

    private static final Limit LIMIT = Limit.of(1_000_000, Duration.ofMinutes(1));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final HeldStore store = new HeldStore(Rule.of(Algorithm.FIXED_WINDOW, LIMIT));
    private final Coalescing<String, Rule> line = new Coalescing<>(store, 5, new RateMetrics(registry, "line"));

    @Test
    void whoMeetsNobodyIsSentAtOnce() {
        CompletableFuture<Decision> one = decide("a", 1);
        CompletableFuture<Decision> other = decide("b", 2);
        assertThat(store.scripts).extracting(HeldStore.Script::key).containsExactly("a", "b");
        store.scripts.forEach(HeldStore.Script::answer);
        assertThat(one.join()).isEqualTo(HeldStore.decision(1));
        assertThat(other.join()).isEqualTo(HeldStore.decision(2));
        assertThat(line.underWay()).isZero();
        assertThat(coalesced()).isZero();
    }

    @Test
    void othersGatherAndTravelTogetherInTheOrderOfTheirArrival() {
        List<CompletableFuture<Decision>> calls = new ArrayList<>();
        LongStream.rangeClosed(1, 4).forEach(cost -> calls.add(decide("a", cost)));
        assertThat(store.scripts).hasSize(1);
        store.last().answer();
        assertThat(calls.get(0)).isCompletedWithValue(HeldStore.decision(1));
        assertThat(calls.get(1)).isNotDone();
        assertThat(store.last().costs()).containsExactly(2L, 3L, 4L);
        calls.add(decide("a", 5));
        assertThat(store.scripts).hasSize(2);
        store.last().answer();
        assertThat(store.last().costs()).containsExactly(5L);
        store.last().answer();
        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i)).isCompletedWithValue(HeldStore.decision(i + 1));
        }
        assertThat(line.underWay()).isZero();
        assertThat(coalesced()).isEqualTo(3);
    }

    @Test
    void aScriptTakesNoMoreThanItsBound() {
        LongStream.rangeClosed(1, 13).forEach(cost -> decide("a", cost));
        List<Integer> sizes = new ArrayList<>();
        while (line.underWay() > 0) {
            sizes.add(store.last().costs().size());
            store.last().answer();
        }
        assertThat(sizes).containsExactly(1, 5, 5, 2);
        assertThat(store.scripts.stream().flatMap(script -> script.costs().stream()))
                .isSorted()
                .hasSize(13);
    }

    @Test
    void aFailureIsEachOnesAndTheNextAreAsked() {
        decide("a", 1);
        CompletableFuture<Decision> second = decide("a", 2);
        CompletableFuture<Decision> third = decide("a", 3);
        IllegalStateException lost = new IllegalStateException("lost");
        store.last().reply().completeExceptionally(lost);
        CompletableFuture<Decision> fourth = decide("a", 4);
        store.last().reply().completeExceptionally(lost);
        assertThatThrownBy(second::join).hasCause(lost);
        assertThatThrownBy(third::join).hasCause(lost);
        store.last().answer();
        assertThat(fourth).isCompletedWithValue(HeldStore.decision(4));
        assertThat(line.underWay()).isZero();
    }

    @Test
    void whatANewLimitCanNeverGrantFailsAlone() {
        decide("a", 1);
        CompletableFuture<Decision> small = decide("a", 2);
        CompletableFuture<Decision> big = decide("a", 1_000);
        CompletableFuture<Decision> smallToo = decide("a", 4);
        store.use(Rule.of(Algorithm.FIXED_WINDOW, Limit.of(10, Duration.ofMinutes(1))));
        store.last().answer();
        assertThat(store.last().costs()).containsExactly(2L, 4L);
        store.last().answer();
        assertThat(small).isCompletedWithValue(HeldStore.decision(2));
        assertThat(smallToo).isCompletedWithValue(HeldStore.decision(4));
        assertThatThrownBy(big::join)
                .hasCauseInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cost: ");
        decide("a", 1);
        CompletableFuture<Decision> alone = decide("a", 9);
        store.use(Rule.of(Algorithm.FIXED_WINDOW, Limit.of(8, Duration.ofMinutes(1))));
        store.last().answer();
        assertThatThrownBy(alone::join).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThat(line.underWay()).isZero();
        assertThatThrownBy(() -> line.decide("a", 9)).isInstanceOf(IllegalArgumentException.class);
        assertThat(line.underWay()).isZero();
    }

    /** As a fallback does. */
    @Test
    void answersThatAreThereAtOnceNeedNoStack() {
        decide("a", 1);
        List<CompletableFuture<Decision>> calls = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            calls.add(decide("a", 1 + i % 2));
        }
        store.holds = false;
        store.last().answer();
        assertThat(calls).allMatch(CompletableFuture::isDone);
        assertThat(line.underWay()).isZero();
    }

    /** Who is told may ask again. */
    @Test
    void whoAsksAgainWhenToldIsServed() {
        decide("a", 1);
        CompletableFuture<Decision> again = decide("a", 2).thenCompose(decision -> decide("a", 4));
        store.holds = false;
        store.last().answer();
        assertThat(again).isCompletedWithValue(HeldStore.decision(4));
        assertThat(line.underWay()).isZero();
    }

    /** As when a fallback answers those who have gathered behind a call in vain. */
    @Test
    void whoBlocksWhenToldAtOnceHoldsUpNobody() throws Exception {
        decide("a", 1);
        CompletableFuture<Decision> again = decide("a", 2).thenApply(decision -> Sync.await(line.decide("a", 4)));
        CompletableFuture<Decision> other = decide("a", 6);
        store.holds = false;
        CompletableFuture<Void> answered = CompletableFuture.runAsync(store.last()::answer);
        assertThat(again.get(10, TimeUnit.SECONDS)).isEqualTo(HeldStore.decision(4));
        assertThat(other.get(10, TimeUnit.SECONDS)).isEqualTo(HeldStore.decision(6));
        answered.get(10, TimeUnit.SECONDS);
    }

    /** Who is told may be slow, or wait for those who come after: they must be under way then. */
    @Test
    void theNextAreSentBeforeTheFirstAreTold() {
        decide("a", 1);
        CompletableFuture<Decision> second = decide("a", 2);
        store.last().answer();
        CompletableFuture<Decision> third = decide("a", 4);
        AtomicInteger sent = new AtomicInteger();
        second.thenRun(() -> sent.set(store.scripts.size()));
        store.last().answer();
        assertThat(sent).hasValue(3);
        store.last().answer();
        assertThat(third).isCompletedWithValue(HeldStore.decision(4));
        assertThat(line.underWay()).isZero();
    }

    @Test
    void nobodyIsForgottenUnderLoad() throws Exception {
        int each = 50_000;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        ExecutorService io = Executors.newSingleThreadExecutor();
        LimitStore<String, Rule> slow = new AnsweringElsewhere(store, io);
        Coalescing<String, Rule> busy = new Coalescing<>(slow, 3, new RateMetrics(registry, "line"));
        store.holds = false;
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        long cost = 1L + ThreadLocalRandom.current().nextInt(9);
                        String key = i % 10 == 0 ? "b" : "a";
                        assertThat(Sync.await(busy.decide(key, cost))).isEqualTo(HeldStore.decision(cost));
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
            io.shutdownNow();
        }
        assertThat(busy.underWay()).isZero();
        assertThat(store.scripts.stream().mapToInt(script -> script.costs().size()))
                .allMatch(size -> size <= 3)
                .satisfies(sizes ->
                        assertThat(sizes.stream().mapToInt(size -> size).sum()).isEqualTo(4 * each));
        assertThat(store.scripts).hasSizeLessThan(4 * each);
    }

    private CompletableFuture<Decision> decide(String key, long cost) {
        return line.decide(key, cost).toCompletableFuture();
    }

    private double coalesced() {
        return registry.counter("redis.patterns.ratelimit.coalesced", "limiter", "line")
                .count();
    }
}
