package io.github.redispatterns.lab;

import io.github.redispatterns.lab.cacheaside.Avalanche;
import io.github.redispatterns.lab.cacheaside.Bulk;
import io.github.redispatterns.lab.cacheaside.Penetration;
import io.github.redispatterns.lab.cacheaside.RedisDown;
import io.github.redispatterns.lab.cacheaside.Refresh;
import io.github.redispatterns.lab.cacheaside.StaleSet;
import io.github.redispatterns.lab.cacheaside.Stampede;
import io.github.redispatterns.lab.core.LostReply;
import io.github.redispatterns.lab.locks.Failover;
import io.github.redispatterns.lab.locks.ForeignUnlock;
import io.github.redispatterns.lab.locks.HandOff;
import io.github.redispatterns.lab.locks.IncrLock;
import io.github.redispatterns.lab.locks.PausedHolder;
import io.github.redispatterns.lab.ratelimit.BoundaryBurst;
import io.github.redispatterns.lab.ratelimit.FourGateways;
import io.github.redispatterns.lab.ratelimit.ImmortalKey;
import io.github.redispatterns.lab.ratelimit.Memory;
import io.github.redispatterns.lab.ratelimit.RejectedCount;
import io.github.redispatterns.lab.ratelimit.WithoutRedis;
import io.github.redispatterns.lab.run.Experiment;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What there is to run. */
record Catalog(List<Experiment> experiments) {

    private static final int SUGGESTIONS = 3;

    Catalog {
        experiments = List.copyOf(experiments);
    }

    static Catalog all() {
        return new Catalog(List.of(
                new Stampede(),
                new StaleSet(),
                new Penetration(),
                new Avalanche(),
                new Refresh(),
                new RedisDown(),
                new Bulk(),
                new IncrLock(),
                new ForeignUnlock(),
                new PausedHolder(),
                new HandOff(),
                new Failover(),
                new BoundaryBurst(),
                new RejectedCount(),
                new ImmortalKey(),
                new FourGateways(),
                new Memory(),
                new WithoutRedis(),
                new LostReply()));
    }

    /**
     * Picks experiments by their own names or their modules'; no names pick all.
     *
     * @throws UnknownNameException if nothing is called so
     */
    List<Experiment> pick(List<String> names) {
        if (names.isEmpty()) {
            return experiments;
        }
        Set<Experiment> picked = new LinkedHashSet<>();
        for (String name : names) {
            List<Experiment> called = experiments.stream()
                    .filter(each -> each.name().equals(name) || each.module().equals(name))
                    .toList();
            if (called.isEmpty()) {
                throw new UnknownNameException(name, nearest(name));
            }
            picked.addAll(called);
        }
        return List.copyOf(picked);
    }

    private List<String> nearest(String name) {
        return experiments.stream()
                .flatMap(each -> Stream.of(each.module(), each.name()))
                .distinct()
                .sorted(Comparator.comparingInt(known -> distance(name, known)))
                .limit(SUGGESTIONS)
                .toList();
    }

    /**
     * How many letters differ (Levenshtein), where the shorter of an experiment's two halves may be all that was meant.
     */
    private static int distance(String typed, String known) {
        int whole = Levenshtein.distance(typed, known);
        return typed.contains("/")
                ? whole
                : Math.min(whole, Levenshtein.distance(typed, known.replaceFirst("^.*/", "")));
    }

    /** Nothing is called so. */
    static final class UnknownNameException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnknownNameException(String name, List<String> nearest) {
            super("There is no experiment or module \"" + name + "\"; the nearest are " + String.join(", ", nearest));
        }
    }
}
