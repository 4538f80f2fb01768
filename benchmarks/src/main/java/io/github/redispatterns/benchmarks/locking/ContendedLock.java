package io.github.redispatterns.benchmarks.locking;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import java.util.Set;

/**
 * A lock that several want, of one library in one configuration.
 *
 * @param library as contenders name it
 * @param configuration as contenders name it
 * @param opener opens a client
 */
public record ContendedLock(String library, String configuration, LockClient.Opener opener) {

    private static final Set<Load.Kind> KINDS = Set.of(Load.Kind.RIVALS, Load.Kind.CLIENTS);

    /**
     * A {@link Contention}.
     *
     * @return the contender, for callers who want the same
     */
    public Contender contender() {
        return new Contender(library, configuration, place -> new Contention(place, opener), KINDS);
    }
}
