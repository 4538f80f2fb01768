package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.locking.ContendedLock;
import java.util.List;

/** Spring Integration: its lock registry, with Spring Data Redis on Lettuce, in every {@link SpringSetup}. */
public final class SpringPeer {

    private static final String LIBRARY = "spring-integration";

    private SpringPeer() {}

    /**
     * {@code RedisLockRegistry.obtain}, {@code tryLock} and {@code unlock}: each caller its own lock.
     *
     * @return the contenders
     */
    public static List<Contender> locks() {
        return SpringSetup.ALL.stream()
                .map(setup -> Contender.of(LIBRARY, setup.configuration(), place -> new SpringLock(setup, place)))
                .toList();
    }

    /**
     * {@code RedisLockRegistry.obtain}, {@code tryLock} and {@code unlock}: all callers the same lock.
     *
     * @return the locks
     */
    public static List<ContendedLock> contendedLocks() {
        return SpringSetup.ENDS.stream()
                .map(setup ->
                        new ContendedLock(LIBRARY, setup.configuration(), place -> new SpringLockClient(setup, place)))
                .toList();
    }
}
