package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** One leader at a time, and it knows. */
@RedisTest
class LeaderElectionIT extends LocksFixture {

    private static final Duration BRIEF = Duration.ofSeconds(2);

    /** How many lead now, and the most that did at once. */
    private final AtomicInteger leading = new AtomicInteger();

    private final AtomicInteger most = new AtomicInteger();

    @Test
    void oneLeadsAndTheNextFollowsWhenItGoes() {
        List<Candidate> candidates =
                IntStream.range(0, 4).mapToObj(i -> new Candidate()).toList();
        for (int gone = 0; gone < candidates.size(); gone++) {
            Candidate leader = leader(candidates);
            assertThat(candidates.stream().filter(each -> each.election.lease().isPresent()))
                    .hasSize(1);
            leader.election.close();
            leader.election.close();
            assertThat(leader.events).containsExactly("elected", "lost");
            assertThat(leader.election.lease()).isEmpty();
        }
        assertThat(most).hasValue(1);
        assertThat(candidates).allMatch(each -> each.fences.size() == 1);
        assertThat(acquired(lock.tryAcquire("leader", TTL)).release()).isTrue();
    }

    @Test
    void whoeverResignsCampaignsAgain() {
        Candidate first = new Candidate();
        leader(List.of(first));
        first.election.resign();
        Awaitility.await().until(() -> first.events.size() == 3);
        Candidate second = new Candidate();
        awaitWaiter();
        first.election.resign();
        assertThat(leader(List.of(second)).election.lease()).isPresent();
        assertThat(first.events).containsExactly("elected", "lost", "elected", "lost");
        awaitWaiter();
        second.election.close();
        Awaitility.await().until(() -> first.events.size() == 5);
        assertThat(first.fences).isSorted().doesNotHaveDuplicates();
        assertThat(second.fences.get(0)).isBetween(first.fences.get(1) + 1, first.fences.get(2) - 1);
        assertThat(most).hasValue(1);
    }

    /** Told before the lease ends on the server, by the server's own clock. */
    @Test
    void whileRedisIsFrozenTheLeaderIsToldInTime() throws Exception {
        CompletableFuture<Long> told = new CompletableFuture<>();
        Candidate candidate = new Candidate() {
            @Override
            public void lost(Lease lease) {
                told.complete(System.nanoTime());
                super.lost(lease);
            }
        };
        Lease lease = leader(List.of(candidate)).election.lease().orElseThrow();
        RedisNode master = deployment.masterOf(keys.key("leader"));
        double before = counted("renewals", "outcome", "done");
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .until(() -> counted("renewals", "outcome", "done") > before); // the next is a third of its time away
        try (Redis admin = Handles.admin(deployment);
                StallWatch stalls = StallWatch.start()) {
            long end = new ServerSideEnd(admin, keys)
                    .of("leader", lease.fencingToken())
                    .orElseThrow();
            master.pause();
            long last = told.get(10, TimeUnit.SECONDS);
            long stopped = stalls.nanosWithin(end - ToldInTime.BUSY.toNanos(), last);
            assertThat(last - stopped).isBetween(end - BRIEF.toNanos(), end + ToldInTime.BUSY.toNanos());
            Awaitility.await().until(() -> candidate.election.lease().isEmpty());
        } finally {
            master.resume();
        }
        Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> candidate.events.size() >= 3);
        assertThat(candidate.events.subList(0, 3)).containsExactly("elected", "lost", "elected");
    }

    @Test
    void whoeverLosesTheLeaseIsTold() {
        Candidate candidate = new Candidate();
        leader(List.of(candidate));
        admin("leader", c -> c.del(keys.key("leader")));
        Awaitility.await().until(() -> candidate.events.size() == 3);
        assertThat(candidate.events).containsExactly("elected", "lost", "elected");
        assertThat(most).hasValue(1);
    }

    /** {@code lost} cannot come, but the lease knows; and the next leader is not kept waiting. */
    @Test
    void aListenerThatBlocksHoldsUpOnlyItself() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        CompletableFuture<Lease> elected = new CompletableFuture<>();
        Candidate blocked = new Candidate() {
            @Override
            public void elected(Lease lease) {
                super.elected(lease);
                elected.complete(lease);
                await(hold);
            }
        };
        Lease lease = elected.get(5, TimeUnit.SECONDS);
        Candidate other = new Candidate();
        awaitWaiter();
        leading.decrementAndGet(); // by ensureHeld()
        blocked.election.resignAsync();
        assertThat(lease.lost().toCompletableFuture().get(5, TimeUnit.SECONDS)).isEqualTo(Lease.Loss.EXPIRED);
        assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
        leader(List.of(other));
        assertThat(blocked.events).containsExactly("elected");
        hold.countDown();
        Awaitility.await().until(() -> blocked.events.size() == 2);
        leading.incrementAndGet();
        assertThat(blocked.election.lease()).isEmpty();
    }

    @Test
    void aListenerThatThrowsGivesLeadershipBack() {
        AtomicInteger tries = new AtomicInteger();
        Candidate failing = new Candidate() {
            @Override
            public void elected(Lease lease) {
                super.elected(lease);
                if (tries.incrementAndGet() == 1) {
                    throw new IllegalStateException("expected by the test");
                }
            }

            @Override
            public void lost(Lease lease) {
                super.lost(lease);
                throw new IllegalStateException("expected by the test");
            }
        };
        Awaitility.await().until(() -> failing.events.size() == 3);
        assertThat(failing.events).containsExactly("elected", "lost", "elected");
        failing.election.close();
        assertThat(failing.events).hasSize(4);
        assertThat(acquired(lock.tryAcquire("leader", TTL)).release()).isTrue();
    }

    @Test
    void aListenerMayResignAndClose() throws Exception {
        CompletableFuture<Void> resigned = new CompletableFuture<>();
        CompletableFuture<Throwable> refused = new CompletableFuture<>();
        Candidate candidate = new Candidate() {
            @Override
            public void elected(Lease lease) {
                super.elected(lease);
                LeaderElection mine = started.join();
                if (events.size() == 1) {
                    try {
                        mine.resign();
                    } catch (IllegalStateException e) {
                        refused.complete(e);
                    }
                    mine.resignAsync().thenAccept(resigned::complete);
                } else {
                    mine.close();
                }
            }
        };
        resigned.get(5, TimeUnit.SECONDS);
        assertThat(refused.get(5, TimeUnit.SECONDS)).hasMessageContaining("Async");
        Awaitility.await().until(() -> candidate.events.size() == 4);
        Awaitility.await().until(() -> lock.tryAcquire("leader", TTL) instanceof Acquisition.Acquired);
    }

    @Test
    void callbacksRunOnNobodyElsesThread() {
        Candidate candidate = new Candidate();
        leader(List.of(candidate));
        candidate.election.resign();
        assertThat(candidate.threadNames)
                .isNotEmpty()
                .allMatch(name -> name.startsWith("redis-patterns-locks-callbacks"));
    }

    @Test
    void aCampaignThatNeverWonLeavesNothing() {
        Lease holder = acquired(lock.tryAcquire("leader", TTL));
        Candidate candidate = new Candidate();
        awaitWaiter();
        candidate.election.close();
        Awaitility.await().until(() -> waiters() == 0);
        assertThat(holder.release()).isTrue();
        assertThat(acquired(lock.tryAcquire("leader", TTL)).release()).isTrue();
        assertThat(candidate.events).isEmpty();
    }

    @Test
    void badInputIsRefused() {
        Candidate listener = new Candidate();
        assertThatThrownBy(() -> LeaderElection.start(null, "n", TTL, listener)).hasMessage("lock: must not be null");
        assertThatThrownBy(() -> LeaderElection.start(lock, "", TTL, listener)).hasMessage("name: must not be empty");
        for (String bad : new String[] {null, "\uD83D", "a\uDE00"}) {
            assertThatThrownBy(() -> LeaderElection.start(lock, bad, TTL, listener))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("name: ");
        }
        assertThatThrownBy(() -> LeaderElection.start(lock, "n", null, listener))
                .hasMessage("ttl: must not be null");
        assertThatThrownBy(() -> LeaderElection.start(lock, "n", Duration.ofDays(3651), listener))
                .hasMessageStartingWith("ttl: must be");
        assertThatThrownBy(() -> LeaderElection.start(lock, "n", Duration.ofMillis(9), listener))
                .hasMessageStartingWith("ttl: must be at least 100 ms");
        assertThatThrownBy(() -> LeaderElection.start(lock, "n", TTL, null)).hasMessage("listener: must not be null");
    }

    /** All who read would lead. */
    @Test
    void aReadLockElectsNobody() throws Exception {
        DistributedReadWriteLock both = closing(DistributedReadWriteLock.create(redis, keys.child("both")));
        CompletableFuture<Lease> elected = new CompletableFuture<>();
        LeaderElection.Listener listener = new LeaderElection.Listener() {
            @Override
            public void elected(Lease lease) {
                elected.complete(lease);
            }

            @Override
            public void lost(Lease lease) {}
        };
        assertThatThrownBy(() -> LeaderElection.start(both.readLock(), "n", TTL, listener))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lock: must be one that excludes all others, is a read lock");
        assertThat(elected).isNotDone();
        try (LeaderElection election = LeaderElection.start(both.writeLock(), "n", TTL, listener)) {
            assertThat(elected.get(10, TimeUnit.SECONDS).isHeld()).isTrue();
            assertThat(election.lease()).isPresent();
        }
    }

    /** What somebody has to mend is said aloud, once; it campaigns on. */
    @Test
    void aRefusedCampaignIsReportedOnce() {
        List<LogRecord> records = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord logged) {
                records.add(logged);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(LeaderElection.class.getName());
        logger.addHandler(handler);
        try {
            admin("leader", c -> c.rpush(keys.key("leader"), "foreign"));
            Candidate candidate = new Candidate();
            Awaitility.await().until(() -> timed("acquisitions", "outcome", "failed") >= 3);
            assertThat(records.stream().filter(each -> each.getLevel().equals(Level.WARNING)))
                    .hasSize(1)
                    .allMatch(each -> each.getMessage().startsWith("Redis refuses the campaign")
                            && each.getThrown() instanceof RedisCommandExecutionException);
            admin("leader", c -> c.del(keys.key("leader")));
            leader(List.of(candidate));
        } finally {
            logger.removeHandler(handler);
        }
    }

    /** What Redis refuses then is no matter of whoever closes it. */
    @Test
    void closingItDoesNotThrowIfRedisRefusesTheRelease() {
        Candidate candidate = new Candidate();
        leader(List.of(candidate));
        String key = keys.key("leader");
        admin("leader", c -> c.rpush(key + "foreign", "foreign"));
        admin("leader", c -> c.rename(key + "foreign", key)); // at once, lest it finds no lease and counts as lost
        candidate.election.close();
        assertThat(candidate.events).containsExactly("elected", "lost");
        admin("leader", c -> c.del(keys.key("leader")));
    }

    private static Candidate leader(List<Candidate> candidates) {
        Optional<Candidate> leader = Awaitility.await()
                .until(
                        () -> candidates.stream()
                                .filter(each -> each.isElected()
                                        && each.election.lease().isPresent())
                                .findFirst(),
                        Optional::isPresent);
        return leader.orElseThrow();
    }

    private void awaitWaiter() {
        Awaitility.await().until(() -> waiters() == 1);
    }

    private long waiters() {
        return admin("leader", c -> LockView.waiters(c, keys.key("leader")));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One process. */
    private class Candidate implements LeaderElection.Listener {

        final List<String> events = new CopyOnWriteArrayList<>();
        final List<Long> fences = new CopyOnWriteArrayList<>();
        final List<String> threadNames = new CopyOnWriteArrayList<>();
        final CompletableFuture<LeaderElection> started = new CompletableFuture<>();
        final LeaderElection election =
                closing(LeaderElection.start(LeaderElectionIT.this.lock(handle()), "leader", BRIEF, this));

        Candidate() {
            started.complete(election);
        }

        boolean isElected() {
            return !events.isEmpty() && "elected".equals(events.get(events.size() - 1));
        }

        @Override
        public void elected(Lease lease) {
            lease.ensureHeld();
            most.accumulateAndGet(leading.incrementAndGet(), Math::max);
            threadNames.add(Thread.currentThread().getName());
            fences.add(lease.fencingToken());
            events.add("elected");
        }

        @Override
        public void lost(Lease lease) {
            leading.decrementAndGet();
            threadNames.add(Thread.currentThread().getName());
            events.add("lost");
        }
    }
}
