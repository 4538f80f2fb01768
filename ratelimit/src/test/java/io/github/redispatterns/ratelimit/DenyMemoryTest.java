package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a refusal is repeated without asking; odd costs are refused for as many seconds. */
class DenyMemoryTest {

    private static final Limit LIMIT = Limit.of(1_000, Duration.ofMinutes(1));
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final HeldStore store = new HeldStore(Rule.of(Algorithm.GCRA, LIMIT));
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000); // it may overflow
    private final DenyMemory<String, Rule> memory = memory(3, Duration.ofDays(1));

    private DenyMemory<String, Rule> memory(int most, Duration longest) {
        return new DenyMemory<>(store, most, longest, List::of, new RateMetrics(registry, "memory"), clock::get);
    }

    @BeforeEach
    void answersAtOnce() {
        store.holds = false;
    }

    @Test
    void aRefusalIsRepeatedUntilItIsOver() {
        Decision first = decide(memory, "a", 5);
        assertThat(first).isEqualTo(HeldStore.decision(5));
        pass(Duration.ofSeconds(2));
        assertThat(decide(memory, "a", 5))
                .isEqualTo(
                        new Decision(false, 0, Duration.ofSeconds(3), Duration.ofSeconds(98), false, Optional.empty()));
        pass(Duration.ofSeconds(3).minusNanos(1));
        assertThat(decide(memory, "a", 5).retryAfter()).isEqualTo(Duration.ofNanos(1));
        assertThat(store.scripts).hasSize(1);
        assertThat(registry.counter("redis.patterns.ratelimit.denied", "limiter", "memory")
                        .count())
                .isEqualTo(2);
        pass(Duration.ofNanos(1));
        decide(memory, "a", 5);
        assertThat(store.scripts).hasSize(2);
    }

    /** The reply's way counts: who waits as long as Redis said must not find a refusal here. */
    @Test
    void itsTimeRunsFromTheReply() {
        store.holds = true;
        memory.decide("a", 5);
        pass(SECOND);
        store.last().answer();
        pass(Duration.ofSeconds(5).minusNanos(1));
        assertThat(decide(memory, "a", 5).retryAfter()).isEqualTo(Duration.ofNanos(1));
        pass(Duration.ofNanos(1));
        memory.decide("a", 5);
        assertThat(store.scripts).hasSize(2);
    }

    /** Two are refused, and the second reply is late: who was told by the first comes when that said. */
    @Test
    void aLateReplyDoesNotLetItLastLonger() {
        store.holds = true;
        memory.decide("a", 5);
        memory.decide("a", 5);
        store.scripts.get(0).answer();
        pass(SECOND);
        store.scripts.get(1).answer();
        pass(Duration.ofSeconds(4).minusNanos(1));
        memory.decide("a", 5);
        assertThat(store.scripts).hasSize(2);
        pass(Duration.ofNanos(1));
        memory.decide("a", 5);
        assertThat(store.scripts).hasSize(3);
    }

    @Test
    void othersAreAsked() {
        decide(memory, "a", 5);
        decide(memory, "b", 5);
        decide(memory, "a", 4);
        decide(memory, "a", 7); // it is not known when that would be granted
        assertThat(store.scripts).hasSize(4);
        decide(memory, "a", 7);
        assertThat(store.scripts).hasSize(4);
    }

    @Test
    void whatIsGrantedIsNotRemembered() {
        decide(memory, "a", 4);
        decide(memory, "a", 4);
        assertThat(store.scripts).hasSize(2);
        assertThat(memory.size()).isZero();
    }

    @Test
    void whatWasDecidedWithoutRedisIsNotRemembered() {
        store.holds = true;
        memory.decide("a", 5);
        Decision degraded = new Decision(false, 0, SECOND, SECOND, true, Optional.empty());
        store.last().reply().complete(List.of(degraded));
        memory.decide("a", 5);
        assertThat(store.scripts).hasSize(2);
    }

    @Test
    void aResetIsSeenAtOnce() {
        decide(memory, "a", 5);
        Sync.await(memory.reset("a"));
        decide(memory, "a", 5);
        assertThat(store.scripts).hasSize(2);
    }

    /** Refused before, it may be wrong; refused after, it costs one more question. */
    @Test
    void aRefusalThatWasAskedForBeforeAResetIsNotRemembered() {
        store.holds = true;
        memory.decide("a", 5);
        Sync.await(memory.reset("a"));
        store.last().answer();
        memory.decide("a", 5);
        assertThat(store.scripts).hasSize(2);
        memory.use(store.rule());
        store.last().answer();
        memory.decide("a", 5);
        assertThat(store.scripts).hasSize(3);
        assertThat(memory.size()).isZero();
    }

    /** Of several keys any may be reset; what has none of them in it is remembered on. */
    @Test
    void aResetOfAPartIsSeenAtOnce() {
        DenyMemory<String, Rule> parted = new DenyMemory<>(
                store,
                3,
                Duration.ofDays(1),
                key -> List.of(key.split(" ")),
                new RateMetrics(registry, "parted"),
                clock::get);
        decide(parted, "ada x", 5);
        decide(parted, "bob x", 5);
        Sync.await(parted.reset("ada"));
        decide(parted, "bob x", 5);
        assertThat(store.scripts).hasSize(2);
        decide(parted, "ada x", 5);
        assertThat(store.scripts).hasSize(3);
        Sync.await(parted.reset("y x"));
        decide(parted, "ada x", 5);
        decide(parted, "bob x", 5);
        assertThat(store.scripts).hasSize(5);
    }

    /** What each of several limits waits for comes nearer, and which of them refuses for longest stays. */
    @Test
    void ofSeveralLimitsEachGrowsOlder() {
        List<LimitState> states = List.of(
                new LimitState("brief", 0, Duration.ofSeconds(1), Duration.ofSeconds(4)),
                new LimitState("long", 3, Duration.ofSeconds(5), Duration.ofSeconds(90)),
                new LimitState("granting", 9, Duration.ZERO, Duration.ZERO));
        store.holds = true;
        memory.decide("a", 5);
        store.last().reply().complete(List.of(LimitState.together(states, false)));
        pass(Duration.ofSeconds(2));
        Decision again = decide(memory, "a", 5);
        assertThat(again.refusedBy()).contains("long");
        assertThat(again.remaining()).isZero();
        assertThat(again.retryAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(again.resetAfter()).isEqualTo(Duration.ofSeconds(88));
        assertThat(again.limits())
                .containsExactly(
                        new LimitState("brief", 0, Duration.ZERO, Duration.ofSeconds(2)),
                        new LimitState("long", 3, Duration.ofSeconds(3), Duration.ofSeconds(88)),
                        new LimitState("granting", 9, Duration.ZERO, Duration.ZERO));
    }

    @Test
    void aLookThatFindsEnoughIsSeenAtOnce() {
        decide(memory, "a", 5);
        store.looked = new Decision(true, 4, Duration.ZERO, SECOND, false, Optional.empty());
        Sync.await(memory.peek("a"));
        decide(memory, "a", 5);
        assertThat(store.scripts).hasSize(1);
        store.looked = new Decision(true, 5, Duration.ZERO, SECOND, false, Optional.empty());
        Sync.await(memory.peek("a"));
        decide(memory, "a", 5);
        assertThat(store.scripts).hasSize(2);
    }

    @Test
    void anotherLimitIsSeenAtOnce() {
        decide(memory, "a", 5);
        memory.use(Rule.of(Algorithm.GCRA, Limit.of(2_000, Duration.ofMinutes(1))));
        decide(memory, "a", 5);
        assertThat(store.scripts).hasSize(2);
    }

    @Test
    void noRefusalIsRememberedLongerThanItMay() {
        DenyMemory<String, Rule> brief = memory(3, SECOND);
        decide(brief, "a", 5);
        pass(SECOND.minusNanos(1));
        assertThat(decide(brief, "a", 5).retryAfter())
                .isEqualTo(Duration.ofSeconds(4).plusNanos(1));
        assertThat(store.scripts).hasSize(1);
        pass(Duration.ofNanos(1));
        decide(brief, "a", 5);
        assertThat(store.scripts).hasSize(2);
    }

    @Test
    void itIsBoundedAndMakesRoomForWhatIsNew() {
        for (int i = 0; i < 10; i++) {
            decide(memory, "id" + i, 1);
        }
        assertThat(memory.size()).isEqualTo(3);
        decide(memory, "id9", 1); // there was no room
        assertThat(store.scripts).hasSize(11);
        pass(SECOND);
        decide(memory, "id9", 1);
        decide(memory, "id9", 1);
        assertThat(store.scripts).hasSize(12);
        assertThat(memory.size()).isEqualTo(1);
    }

    private static Decision decide(LimitStore<String, Rule> store, String key, long cost) {
        return Sync.await(store.decide(key, cost));
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
