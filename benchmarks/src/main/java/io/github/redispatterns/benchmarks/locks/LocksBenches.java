package io.github.redispatterns.benchmarks.locks;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.limit.Locks;
import io.github.redispatterns.benchmarks.locking.ContendedLock;
import io.github.redispatterns.benchmarks.peers.RedissonPeer;
import io.github.redispatterns.benchmarks.peers.SpringPeer;
import java.util.List;
import java.util.stream.Stream;

/** The lock beside the bare commands, and beside the peers. */
public final class LocksBenches {

    private static final Load ALONE = Load.threads(1);
    private static final Load TOGETHER = Load.threads(16);
    private static final Load ONE_CLIENT = Load.rivals(8);
    private static final Load MANY_CLIENTS = Load.clients(8);
    private static final String OURS = "distributed-lock";

    private LocksBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        return List.of(uncontended(), contended());
    }

    private static Bench uncontended() {
        return new RedisBench(
                "locks/uncontended",
                "What does it cost to acquire and release a lock that nobody else wants?",
                List.of(ALONE, TOGETHER),
                Stream.of(
                                List.of(Locks.raw(), Locks.handle(), Contender.of(OURS, DistributedLockPair::new)),
                                RedissonPeer.locks(),
                                SpringPeer.locks())
                        .flatMap(List::stream)
                        .toList(),
                List.of(
                        Bound.opsAtLeast(OURS, ALONE, 0.9, Contender.RAW),
                        Bound.opsAtLeast(OURS, TOGETHER, 0.9, Contender.RAW)));
    }

    private static Bench contended() {
        ContendedLock ours = new ContendedLock(OURS, Contender.DEFAULT, DistributedLockClient::new);
        return new RedisBench(
                "locks/contended",
                "8 callers want the same lock and give it back at once: how often does it change hands, how long do they"
                        + " wait, and does each get its share?",
                List.of(ONE_CLIENT, MANY_CLIENTS),
                Stream.of(List.of(Locks.polled(), ours), RedissonPeer.contendedLocks(), SpringPeer.contendedLocks())
                        .flatMap(List::stream)
                        .map(ContendedLock::contender)
                        .toList(),
                Stream.of(contended(ONE_CLIENT, 1.8), contended(MANY_CLIENTS, 3))
                        .flatMap(List::stream)
                        .toList());
    }

    private static List<Bound> contended(Load load, double timesPlain) {
        return List.of(
                Bound.opsAtLeast(OURS, load, timesPlain, RedissonPeer.PLAIN_LOCK),
                Bound.opsAtLeast(OURS, load, 4, RedissonPeer.FAIR_LOCK),
                Bound.p99AtMost(OURS, load, 0.2, RedissonPeer.PLAIN_LOCK),
                Bound.p99AtMost(OURS, load, 0.2, RedissonPeer.FAIR_LOCK),
                Bound.unevennessAtMost(OURS, load, 0.01),
                Bound.scriptsAtMost(OURS, load, 2.01)); // and one a second per process that waits
    }
}
