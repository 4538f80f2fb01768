package io.github.redispatterns.benchmarks.catalog;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.cacheaside.CacheAsideBenches;
import io.github.redispatterns.benchmarks.core.CoreBenches;
import io.github.redispatterns.benchmarks.locks.LocksBenches;
import io.github.redispatterns.benchmarks.nearcache.NearCacheBenches;
import io.github.redispatterns.benchmarks.ratelimit.RateLimitBenches;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there is to run.
 *
 * @param benches in the order in which they are run and shown
 */
public record Catalog(List<Bench> benches) {

    /** Copies the list. */
    public Catalog {
        benches = List.copyOf(benches);
    }

    /**
     * Benches that were asked for by one name, and share the time that there is for it.
     *
     * @param name a bench's or a module's
     * @param benches those that no earlier name has taken
     */
    public record Group(String name, List<Bench> benches) {}

    /**
     * The catalog.
     *
     * @return every bench
     */
    public static Catalog all() {
        return new Catalog(Stream.of(
                        CoreBenches.all(),
                        CacheAsideBenches.all(),
                        LocksBenches.all(),
                        RateLimitBenches.all(),
                        NearCacheBenches.all())
                .flatMap(List::stream)
                .toList());
    }

    /**
     * Picks benches by their own names or their modules'.
     *
     * @param names no names pick every module
     * @return one group per name, without those that have nothing left
     * @throws UnknownNameException if nothing is called so
     */
    public List<Group> pick(List<String> names) {
        Set<Bench> taken = new LinkedHashSet<>();
        List<Group> groups = new ArrayList<>();
        for (String name : names.isEmpty() ? modules() : names) {
            List<Bench> called = benches.stream()
                    .filter(each -> each.name().equals(name) || each.module().equals(name))
                    .toList();
            if (called.isEmpty()) {
                throw new UnknownNameException(name, benches);
            }
            List<Bench> left = called.stream().filter(taken::add).toList();
            if (!left.isEmpty()) {
                groups.add(new Group(name, left));
            }
        }
        return groups;
    }

    /**
     * The benches of a module.
     *
     * @param module its name
     * @return in their order; none if there is no such module
     */
    public List<Bench> of(String module) {
        return benches.stream().filter(each -> each.module().equals(module)).toList();
    }

    private List<String> modules() {
        return benches.stream().map(Bench::module).distinct().toList();
    }

    /** Nothing is called so. */
    public static final class UnknownNameException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnknownNameException(String name, List<Bench> benches) {
            super("There is no bench or module \"" + name + "\"; the benches are "
                    + benches.stream().map(Bench::name).collect(Collectors.joining(", ")));
        }
    }
}
