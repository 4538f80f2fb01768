package io.github.redispatterns.benchmarks.caching;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import java.util.Set;

/**
 * A cache that loads what is missing, of one library in one configuration.
 *
 * @param library as contenders name it
 * @param configuration as contenders name it
 * @param opener opens a client
 */
public record LoadingCache(String library, String configuration, CacheClient.Opener opener) {

    /**
     * A {@link Miss}.
     *
     * @return the contender
     */
    public Contender miss() {
        return Contender.of(library, configuration, place -> new Miss(place, opener));
    }

    /**
     * A {@link Stampede}.
     *
     * @return the contender, for crowds
     */
    public Contender stampede() {
        return new Contender(library, configuration, place -> new Stampede(place, opener), Set.of(Load.Kind.CROWD));
    }
}
