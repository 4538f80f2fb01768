package io.github.redispatterns.benchmarks.locks;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.limit.Locks;
import io.github.redispatterns.benchmarks.peers.RedissonPeer;
import io.github.redispatterns.benchmarks.peers.SpringPeer;
import java.util.List;
import java.util.stream.Stream;

/** The peers' locks beside the bare commands. */
public final class LocksBenches {

    private LocksBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        List<Contender> contenders = Stream.of(
                        List.of(Locks.raw(), Locks.handle()), RedissonPeer.locks(), SpringPeer.locks())
                .flatMap(List::stream)
                .toList();
        return List.of(new RedisBench(
                "locks/uncontended",
                "What does it cost to acquire and release a lock that nobody else wants?",
                List.of(Load.threads(1), Load.threads(16)),
                contenders,
                List.of()));
    }
}
