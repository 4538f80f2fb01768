package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a lock object does with what it is told in replies. */
@RedisTest
class HandoverIT extends LocksFixture {

    /** Much longer than it takes to ask, and shorter than those wait who ask again by themselves. */
    private static final Duration SOON = Queue.ALIVE.dividedBy(2);

    private final HeldLock store = new HeldLock();
    private Leases leases;

    @BeforeEach
    void openLeases() {
        leases = Leases.of(store, redis, keys, LockOptions.defaults());
    }

    @AfterEach
    void closeLeases() {
        leases.close();
    }

    /** It may have been given the lock, and the lease may be over before a look shows it; then it has no place. */
    @Test
    void afterALostReplyWhoeverWaitsForThatKeyAsksAgain() {
        LeaseOptions options = LeaseOptions.builder(TTL).maxWait(WAIT).build();
        CompletableFuture<Acquisition> lost = leases.acquire(keys.key("lost"), "", options);
        CompletableFuture<Acquisition> other = leases.acquire(keys.key("other"), "", options);
        Awaitility.await().until(() -> store.askedFor("lost") == 1 && store.askedFor("other") == 1);

        store.handover.onLoss().accept(keys.key("lost"));
        Awaitility.await().atMost(SOON).until(() -> store.askedFor("lost") == 2);
        assertThat(store.askedFor("other")).isEqualTo(1);
        assertThat(lost).isNotDone();
        assertThat(other).isNotDone();
    }

    /** Who waited here may still stand in the queue, if Redis could not be told. */
    @Test
    void afterItIsClosedNobodyIsToldInAReply() {
        assertThat(store.handover.channel()).startsWith(keys.channel("grant-"));
        leases.close();
        assertThat(store.handover).isSameAs(Handover.NONE);
    }

    /** Somebody else holds every lock. */
    private final class HeldLock implements LeaseStore {

        private static final long LEFT_MILLIS = 60_000;
        private static final long NOW_MICROS = 1;

        private final AtomicInteger lost = new AtomicInteger();
        private final AtomicInteger others = new AtomicInteger();
        private volatile Handover handover = Handover.NONE;

        /** By one who waits. */
        int askedFor(String resource) {
            return (resource.equals("lost") ? lost : others).get();
        }

        @Override
        public void handsOn(Handover to) {
            handover = to;
        }

        @Override
        public CompletionStage<Answer> acquire(Request request, String channel) {
            if (!channel.equals(NOBODY)) {
                (request.key().equals(keys.key("lost")) ? lost : others).incrementAndGet();
            }
            return CompletableFuture.completedFuture(new Answer.Refused(LEFT_MILLIS, NOW_MICROS));
        }

        @Override
        public CompletionStage<Sighting> watch(String key, String channel) {
            return CompletableFuture.completedFuture(new Sighting(true, LEFT_MILLIS, NOW_MICROS, List.of()));
        }

        @Override
        public CompletionStage<Boolean> extend(Request request, Duration ttl) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Boolean> release(Request request, Duration keep) {
            return CompletableFuture.completedFuture(false);
        }
    }
}
