package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** First come, first served, whoever dies in the queue; and even shares for those who come again and again. */
@RedisTest
class LockFairnessIT extends LocksFixture {

    private static final String SEAT = "seat";
    private static final Duration LONG = Duration.ofMinutes(5);

    private static final int HANDLES = 5;
    /** Of the 1,000 who wait, these two processes are killed, */
    private static final int PER_PROCESS = 30;
    /** these do not wait for long, */
    private static final int HASTY = 10;
    /** these are cancelled before anybody gets the lock, */
    private static final int CANCELLED = 20;
    /** and these when their turn is near. */
    private static final int CANCELLED_LATE = 10;

    private static final int LOCAL = 1_000 - 2 * PER_PROCESS;
    private static final int HALF = 450;

    private static final int CONTENDERS = 8;
    private static final Duration CONTENTION = Duration.ofSeconds(2);

    /**
     * What the dead may cost the others all together: on a Cluster, where nobody can tell whether they hear, they are
     * given leases until their process counts as dead; after the last, somebody has to look. Then noise.
     */
    private static final Duration DEAD_COST =
            Queue.ALIVE.plus(WaitingProcess.TTL).plusMillis(1_260).plusSeconds(2);

    private final Map<String, CompletableFuture<Acquisition>> waiters = new ConcurrentHashMap<>();
    private final Map<String, String> cancelOnGrant = new ConcurrentHashMap<>();
    private final Set<String> dead = ConcurrentHashMap.newKeySet();
    /** Added to by the holder alone. */
    private final List<String> served = Collections.synchronizedList(new ArrayList<>());

    private final List<Long> servedNanos = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Lease> halfTime = new CompletableFuture<>();
    private final Map<Integer, Integer> turns = new ConcurrentHashMap<>();
    private final AtomicLong contentionEnds = new AtomicLong(Long.MAX_VALUE);
    private final List<DistributedLock> locks = new ArrayList<>();

    private String prefix;

    @BeforeEach
    void openHandles(TestKeys testKeys) {
        prefix = testKeys.prefix();
        IntStream.range(0, HANDLES).forEach(i -> locks.add(lock(handle())));
    }

    @AfterEach
    void nobodyWaits() {
        waiters.values().forEach(waiter -> waiter.cancel(false));
    }

    @Test
    void theyAreServedAsTheyCame() throws Exception {
        Random random = new Random(FullLength.seed("fairness, " + deployment));
        Lease holder = acquired(lock.tryAcquire(SEAT, LONG));
        List<Integer> hasty = shuffled(random);
        join(0, 300, hasty);
        try (HistoryMember first = process("first");
                HistoryMember second = joinAround(hasty)) {
            List<String> arrived = tokens();
            assertThat(arrived).hasSizeBetween(1_000 - HASTY, 1_000); // some of the hasty may have gone
            hasty.subList(0, HASTY)
                    .forEach(i -> assertThat(waiters.get(token(i)).join()).isInstanceOf(Acquisition.TimedOut.class));
            awaitQueued(SEAT, 1_000 - HASTY);
            hasty.subList(0, HASTY).forEach(i -> dead.add(token(i)));
            hasty.subList(HASTY, HASTY + CANCELLED).forEach(i -> cancel(token(i)));
            hasty.subList(HASTY + CANCELLED, HASTY + CANCELLED + CANCELLED_LATE).forEach(i -> {
                int at = arrived.indexOf(token(i));
                cancelOnGrant.put(arrived.get(Math.max(0, at - 1 - random.nextInt(3))), token(i));
            });
            first.kill();
            long began = System.nanoTime();
            assertThat(holder.release()).isTrue();
            Lease half = halfTime.get(1, TimeUnit.MINUTES);
            second.kill();
            assertThat(half.release()).isTrue();
            IntStream.range(0, PER_PROCESS).forEach(i -> dead.addAll(List.of("first-" + i, "second-" + i)));
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> served.size() >= survivors(arrived).size());
            assertThat(served).isEqualTo(survivors(arrived));
            assertThat(dead).hasSizeBetween(100 - CANCELLED_LATE, 100);
            long longest = longestGap(began);
            System.out.println("[fairness] " + deployment + ": " + served.size() + " served in order, " + dead.size()
                    + " dead, longest pause " + longest + " ms");
            assertThat(Duration.ofMillis(longest))
                    .isLessThan(deployment.topology() == Topology.CLUSTER ? DEAD_COST : DEAD_COST.minus(Queue.ALIVE));
        }
        assertThat(acquired(lock.acquire(SEAT, TTL, WAIT)).release()).isTrue(); // whoever of the dead is left there
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void whoeverComesAgainAtOnceGetsNoMoreThanTheOthers(int clients) throws Exception {
        List<DistributedLock> their = IntStream.range(0, CONTENDERS)
                .mapToObj(i -> clients == 1 ? lock : lock(handle()))
                .toList();
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int i = 0; i < CONTENDERS; i++) {
            running.add(new CompletableFuture<>());
            contend(their.get(i), i, running.get(i));
        }
        CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new)).get(1, TimeUnit.MINUTES);
        List<Integer> shares = List.copyOf(turns.values());
        System.out.println("[fairness] " + deployment + ", " + clients + " clients: shares " + shares);
        int most = Collections.max(shares);
        assertThat(most - Collections.min(shares)).isLessThanOrEqualTo(Math.max(2, most / FullLength.of(20, 100)));
    }

    /**
     * Asks again in one go with the release, on the same thread: so whoever has to wait for a CPU keeps the lock from all,
     * not itself from the lock, and the shares say nothing about the machine.
     */
    private void contend(DistributedLock mine, int contender, CompletableFuture<Void> done) {
        mine.acquireAsync(SEAT, TTL, WAIT).thenApply(Acquisition::orElseThrow).whenComplete((lease, failure) -> {
            if (failure != null) {
                done.completeExceptionally(failure);
                return;
            }
            boolean over = turn(contender);
            var unused = lease.releaseAsync();
            if (over) {
                done.complete(null);
            } else {
                contend(mine, contender, done);
            }
        });
    }

    /** Called by the holder. True if the time is over, which begins when all have had the lock. */
    private boolean turn(int contender) {
        long now = System.nanoTime();
        if (turns.merge(contender, 1, Integer::sum) == 1
                && turns.size() == CONTENDERS
                && contentionEnds.get() == Long.MAX_VALUE) {
            turns.replaceAll((each, turn) -> 0);
            contentionEnds.set(now + CONTENTION.toNanos());
        }
        return now >= contentionEnds.get();
    }

    /** The others, once the first process waits, with the second among them. */
    private HistoryMember joinAround(List<Integer> hasty) throws Exception {
        awaitQueuedToken("first-" + (PER_PROCESS - 1));
        join(300, 670, hasty);
        HistoryMember second = process("second");
        awaitQueuedToken("second-" + (PER_PROCESS - 1));
        join(670, LOCAL, hasty);
        return second;
    }

    private HistoryMember process(String name) throws Exception {
        String setup = WaitingProcess.setup(name, PER_PROCESS, prefix, SEAT, user.uris());
        return HistoryMember.start(WaitingProcess.class, setup, (member, line) -> {});
    }

    private void join(int from, int to, List<Integer> hasty) {
        Set<Integer> inHaste = Set.copyOf(hasty.subList(0, HASTY));
        for (int i = from; i < to; i++) {
            String token = token(i);
            LeaseOptions options = LeaseOptions.builder(LONG)
                    .maxWait(inHaste.contains(i) ? Duration.ofSeconds(1) : LONG)
                    .requestToken(token)
                    .build();
            CompletableFuture<Acquisition> waiter =
                    locks.get(i % HANDLES).acquireAsync(SEAT, options).toCompletableFuture();
            waiters.put(token, waiter);
            var unused = waiter.thenAccept(outcome -> {
                if (outcome instanceof Acquisition.Acquired acquired) {
                    serve(token, acquired.lease());
                }
            });
        }
        awaitQueuedToken(token(to - 1));
    }

    private void serve(String token, Lease lease) {
        servedNanos.add(System.nanoTime());
        served.add(token);
        String tooLate = cancelOnGrant.get(token);
        if (tooLate != null) {
            cancel(tooLate);
        }
        if (served.size() == HALF) {
            halfTime.complete(lease);
        } else {
            lease.releaseAsync();
        }
    }

    private void cancel(String token) {
        if (waiters.get(token).cancel(false)) {
            dead.add(token);
        }
    }

    private long longestGap(long beganNanos) {
        long longest = 0;
        long last = beganNanos;
        for (long at : servedNanos) {
            longest = Math.max(longest, at - last);
            last = at;
        }
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }

    private List<String> survivors(List<String> arrived) {
        return arrived.stream().filter(token -> !dead.contains(token)).toList();
    }

    private void awaitQueuedToken(String token) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> admin(SEAT, c -> c.hexists(keys.key(SEAT), ">" + token)));
    }

    /** In the order of their tickets: the one in which Redis has heard of them. */
    private List<String> tokens() {
        Map<String, String> fields = new HashMap<>(admin(SEAT, c -> c.hgetall(keys.key(SEAT))));
        Map<Integer, String> byTicket = new TreeMap<>();
        fields.forEach((field, value) -> {
            if (field.startsWith("#")) {
                byTicket.put(Integer.parseInt(field.substring(1)), value.substring(value.lastIndexOf(' ') + 1));
            }
        });
        return List.copyOf(byTicket.values());
    }

    private static List<Integer> shuffled(Random random) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, LOCAL).boxed().toList());
        Collections.shuffle(all, random);
        return all;
    }

    private static String token(int i) {
        return "w-" + i;
    }
}
