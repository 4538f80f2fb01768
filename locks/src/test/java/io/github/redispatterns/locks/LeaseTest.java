package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a lease knows by itself, before a store that says what the test wants. */
class LeaseTest {

    private static final long FENCE = 42;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final FakeStore store = new FakeStore();

    @Test
    void itKeepsBackOnePercentAndTenMilliseconds() {
        Lease lease = lease(System.nanoTime(), 10_000);
        assertThat(lease.remaining()).isBetween(Duration.ofMillis(8_000), Duration.ofMillis(9_890));
        assertThat(lease.fencingToken()).isEqualTo(FENCE);
        lease.ensureHeld();
    }

    /** Not from when the reply came. */
    @Test
    void itLastsFromBeforeTheRequest() {
        Lease lease = lease(System.nanoTime() - TimeUnit.SECONDS.toNanos(4), 10_000);
        assertThat(lease.remaining()).isLessThanOrEqualTo(Duration.ofMillis(5_890));
        assertThat(lease(System.nanoTime() - TimeUnit.SECONDS.toNanos(10), 10_000)
                        .isHeld())
                .isFalse();
    }

    @Test
    void anExtensionCountsFromBeforeItsRequestToo() {
        Lease lease = lease(System.nanoTime(), 10_000);
        CompletableFuture<Boolean> extending =
                lease.extendAsync(Duration.ofSeconds(100)).toCompletableFuture();
        long sent = System.nanoTime();
        Awaitility.await().pollDelay(Duration.ofMillis(50)).until(() -> true);
        store.answer(true);
        assertThat(extending.join()).isTrue();
        Duration passed = Duration.ofNanos(System.nanoTime() - sent);
        assertThat(lease.remaining().plus(passed))
                .isBetween(Duration.ofSeconds(90), Duration.ofMillis(98_990).plusMillis(passed.toMillis() / 2));
    }

    @Test
    void itIsNeverShortened() {
        Lease lease = lease(System.nanoTime(), 100_000);
        store.next = true;
        assertThat(lease.extend(Duration.ofMillis(100))).isTrue();
        assertThat(lease.remaining()).isGreaterThan(Duration.ofSeconds(80));
    }

    /** Whoever listens is told once it has ended, and not when it would have without the extension. */
    @Test
    void theLossIsToldWhenTheExtendedLeaseEnds() {
        Lease lease = lease(System.nanoTime(), 300);
        long began = System.nanoTime();
        CompletableFuture<Lease.Loss> lost = lease.lost().toCompletableFuture();
        store.next = true;
        assertThat(lease.extend(Duration.ofMillis(700))).isTrue();
        assertThat(lost.join()).isEqualTo(Lease.Loss.EXPIRED);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(650));
        assertThat(lease.remaining()).isZero();
        assertThat(lease.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
    }

    @Test
    void theLossIsToldWhoeverListensWhenever() {
        Lease lease = lease(System.nanoTime() - TimeUnit.SECONDS.toNanos(1), 500);
        assertThat(lease.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
        assertThatThrownBy(lease::ensureHeld)
                .isInstanceOfSatisfying(
                        LeaseLostException.class,
                        lost -> assertThat(lost.loss()).isEqualTo(Lease.Loss.EXPIRED));
        assertThat(timed("lost")).isEqualTo(1);
    }

    /** Redis has extended it, but its holder has been told already. */
    @Test
    void whoeverWasToldOfTheLossStaysTold() {
        Lease lease = lease(System.nanoTime(), 200);
        CompletableFuture<Boolean> extending =
                lease.extendAsync(Duration.ofSeconds(100)).toCompletableFuture();
        assertThat(lease.lost().toCompletableFuture().join()).isEqualTo(Lease.Loss.EXPIRED);
        store.answer(true);
        assertThat(extending.join()).isFalse();
        assertThat(lease.remaining()).isZero();
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
    }

    /** Nobody looked before the extension came, so that nothing was lost. */
    @Test
    void anExtensionInTheLastMomentHolds() {
        Lease lease = lease(System.nanoTime(), 100_000);
        CompletableFuture<Boolean> extending =
                lease.extendAsync(Duration.ofSeconds(200)).toCompletableFuture();
        store.answer(true);
        assertThat(extending.join()).isTrue();
        assertThat(lease.remaining()).isGreaterThan(Duration.ofSeconds(150));
    }

    /** It is told before it is counted, and whatever comes of that. */
    @Test
    void aMeterThatFailsKeepsNobodyFromBeingTold() {
        Lease expires = lease(failing(), System.nanoTime(), 200);
        CompletableFuture<Lease.Loss> lost = expires.lost().toCompletableFuture();
        assertThat(lost.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo(Lease.Loss.EXPIRED);
        Lease over = lease(failing(), System.nanoTime() - TimeUnit.SECONDS.toNanos(1), 500);
        assertThatThrownBy(over::ensureHeld).isInstanceOf(LeaseLostException.class);
        Lease released = lease(failing(), System.nanoTime(), 10_000);
        store.next = true;
        assertThat(released.release()).isTrue();
    }

    private static MeterRegistry failing() {
        return new SimpleMeterRegistry() {
            @Override
            public Timer timer(String name, String... tags) {
                return (Timer) Proxy.newProxyInstance(
                        LeaseTest.class.getClassLoader(), new Class<?>[] {Timer.class}, (proxy, method, arguments) -> {
                            throw new IllegalStateException("expected by the test");
                        });
            }
        };
    }

    @Test
    void whatRedisDoesNotKnowIsRevoked() {
        Lease lease = lease(System.nanoTime(), 10_000);
        CompletableFuture<Lease.Loss> lost = lease.lost().toCompletableFuture();
        store.next = false;
        assertThat(lease.extend(Duration.ofSeconds(10))).isFalse();
        assertThat(lost.join()).isEqualTo(Lease.Loss.REVOKED);
        assertThat(lease.extend(Duration.ofSeconds(10))).isFalse();
        assertThat(store.asked).hasSize(1); // not again
        assertThat(lease.release()).isFalse();
    }

    @Test
    void afterAReleaseNothingIsLost() {
        Lease lease = lease(System.nanoTime(), 300);
        CompletableFuture<Lease.Loss> lost = lease.lost().toCompletableFuture();
        store.next = true;
        assertThat(lease.release()).isTrue();
        assertThat(lease.release()).isTrue();
        assertThat(store.asked).containsExactly("release PT0S");
        assertThatThrownBy(lease::ensureHeld)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("released");
        assertThat(lease.extend(Duration.ofSeconds(1))).isFalse();
        Awaitility.await().pollDelay(Duration.ofMillis(350)).until(() -> true); // its time has ended
        assertThat(lost).isNotDone();
        assertThat(timed("released")).isEqualTo(1);
        assertThat(timed("lost")).isZero();
    }

    /** It had ended before: it may have been another's meanwhile, so Redis is told but nothing is claimed. */
    @Test
    void aReleaseAfterItsEndIsNoRelease() {
        Lease lease = lease(System.nanoTime() - TimeUnit.SECONDS.toNanos(1), 500);
        store.next = true;
        assertThat(lease.release()).isFalse();
        assertThat(store.asked).containsExactly("release PT0S");
    }

    @Test
    void aReleaseThatRedisDoesNotKnowOfIsALoss() {
        Lease lease = lease(System.nanoTime(), 10_000);
        store.next = false;
        assertThat(lease.release()).isFalse();
        assertThat(timed("lost")).isEqualTo(1);
    }

    @Test
    void aReleaseThatFailsIsToldToEachCaller() {
        Lease lease = lease(System.nanoTime(), 10_000);
        CompletableFuture<Boolean> releasing = lease.releaseAsync().toCompletableFuture();
        store.fail(new NotExecutedException("refused", null));
        assertThatThrownBy(releasing::join).hasCauseInstanceOf(NotExecutedException.class);
        assertThatThrownBy(lease::release).isInstanceOf(NotExecutedException.class);
        lease.close(); // does not throw
        assertThat(registry.counter("redis.patterns.locks.releases.failed", "lock", "default")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whatIsKeptIsTheRestOfItsLeastTime() {
        Lease lease = lease(System.nanoTime(), 10_000, Duration.ofSeconds(8));
        store.next = true;
        assertThat(lease.release()).isTrue();
        Duration kept = Duration.parse(store.asked.get(0).substring("release ".length()));
        assertThat(kept).isBetween(Duration.ofSeconds(6), Duration.ofSeconds(8));
    }

    /** A job that took longer than its lease has run all the same: its next run must not begin at once. */
    @Test
    void theLeastTimeIsKeptAfterALossToo() {
        Lease lease = lease(System.nanoTime() - TimeUnit.SECONDS.toNanos(1), 500, Duration.ofSeconds(8));
        store.next = true;
        assertThat(lease.release()).isFalse();
        Duration kept = Duration.parse(store.asked.get(0).substring("release ".length()));
        assertThat(kept).isBetween(Duration.ofSeconds(6), Duration.ofSeconds(8));
    }

    private Lease lease(long askedNanos, long lastsMillis) {
        return lease(askedNanos, lastsMillis, Duration.ZERO);
    }

    private Lease lease(MeterRegistry meters, long askedNanos, long lastsMillis) {
        return new Lease(
                store,
                new LockMetrics(meters, "default"),
                new Request("k", "mine", lastsMillis, ""),
                Duration.ZERO,
                Grant.since(askedNanos, FENCE, lastsMillis));
    }

    private Lease lease(long askedNanos, long lastsMillis, Duration minHold) {
        return new Lease(
                store,
                new LockMetrics(registry, "default"),
                new Request("k", "mine", lastsMillis, ""),
                minHold,
                Grant.since(askedNanos, FENCE, lastsMillis));
    }

    private long timed(String end) {
        return registry.timer("redis.patterns.locks.holds", "lock", "default", "end", end)
                .count();
    }

    /** Answers as it was told to, at once or when the test says. */
    private static final class FakeStore implements LeaseStore {

        final List<String> asked = new ArrayList<>();
        final AtomicReference<CompletableFuture<Boolean>> open = new AtomicReference<>();
        Boolean next;

        void answer(boolean answer) {
            open.get().complete(answer);
        }

        void fail(RuntimeException failure) {
            open.get().completeExceptionally(failure);
        }

        private CompletionStage<Boolean> ask(String what) {
            asked.add(what);
            CompletableFuture<Boolean> answer =
                    next == null ? new CompletableFuture<>() : CompletableFuture.completedFuture(next);
            open.set(answer);
            return answer;
        }

        @Override
        public CompletionStage<Boolean> extend(Request request, Duration ttl) {
            return ask("extend " + ttl);
        }

        @Override
        public CompletionStage<Boolean> release(Request request, Duration keep) {
            return ask("release " + keep);
        }

        @Override
        public CompletionStage<Answer> acquire(Request request, String channel) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Sighting> watch(String key, String channel) {
            throw new UnsupportedOperationException();
        }
    }
}
