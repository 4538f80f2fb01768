package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A lease that is over before its caller hears of it is nobody's: it is given back, and does not count as held. */
@RedisTest
class LateGrantIT extends LocksFixture {

    private static final Duration BRIEF = Duration.ofMillis(100);

    private final LateStore store = new LateStore();

    @Test
    void whoeverDoesNotWaitIsTurnedAway() {
        try (Leases leases = Leases.of(store, redis, keys, LockOptions.defaults())) {
            assertThat(leases.acquire(keys.key("seat"), "", LeaseOptions.ofTtl(BRIEF))
                            .join())
                    .isEqualTo(new Acquisition.Busy(Duration.ZERO));
        }
        assertThat(store.released).hasValue(1);
        nobodyHadIt();
        assertThat(timed("acquisitions", "outcome", "busy")).isEqualTo(1);
    }

    @Test
    void whoeverWaitsAsksAgain() {
        LeaseOptions options =
                LeaseOptions.builder(BRIEF).maxWait(BRIEF.multipliedBy(10)).build();
        try (Leases leases = Leases.of(store, redis, keys, LockOptions.defaults())) {
            assertThat(leases.acquire(keys.key("seat"), "", options).join()).isInstanceOf(Acquisition.TimedOut.class);
        }
        assertThat(store.released.get()).isGreaterThan(1);
        nobodyHadIt();
    }

    @Test
    void aMajorityThatComesTooLateIsNone() {
        RedlockAcquisition outcome = new RedlockRequest(
                        Collections.nCopies(3, store),
                        new LockMetrics(registry, "default"),
                        "seat",
                        LeaseOptions.ofTtl(BRIEF))
                .acquire()
                .join();
        assertThat(outcome).isInstanceOf(RedlockAcquisition.NoQuorum.class);
        assertThat(store.released.get()).isPositive();
        nobodyHadIt();
    }

    private void nobodyHadIt() {
        for (String end : List.of("released", "lost")) {
            assertThat(timed("holds", "end", end)).isZero();
        }
    }

    /** Grants everything, after it has ended. */
    private static final class LateStore implements LeaseStore {

        private static final Executor LATER = CompletableFuture.delayedExecutor(150, TimeUnit.MILLISECONDS);

        final AtomicInteger released = new AtomicInteger();

        @Override
        public CompletionStage<Answer> acquire(Request request, String channel) {
            return CompletableFuture.supplyAsync(() -> new Answer.Granted(42, request.ttlMillis()), LATER);
        }

        @Override
        public CompletionStage<Sighting> watch(String key, String channel) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Boolean> extend(Request request, Duration ttl) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Boolean> release(Request request, Duration keep) {
            released.incrementAndGet();
            return CompletableFuture.completedFuture(true);
        }
    }
}
