package io.github.redispatterns.benchmarks.bench;

import io.github.redispatterns.benchmarks.subject.SubjectFactory;
import java.util.EnumSet;
import java.util.Set;

/**
 * One library in one configuration.
 *
 * @param library such as {@code raw} (plain Lettuce at its defaults, the limit), {@code handle} (the same commands
 *     through our {@code Redis}), or a peer's name
 * @param configuration {@code default}, or what was changed, such as {@code pool of 4}
 * @param factory makes its subject
 * @param kinds the loads that it can be driven with
 */
public record Contender(String library, String configuration, SubjectFactory factory, Set<Load.Kind> kinds) {

    /** The library whose rows are the limit. */
    public static final String RAW = "raw";

    /** The library whose rows are the same commands through our handle. */
    public static final String HANDLE = "handle";

    /** What a configuration is called in which nothing was changed. */
    public static final String DEFAULT = "default";

    /** Copies the set. */
    public Contender {
        kinds = Set.copyOf(kinds);
    }

    /**
     * A library in its default configuration, for callers that wait.
     *
     * @param library its name
     * @param factory makes its subject
     * @return the contender
     */
    public static Contender of(String library, SubjectFactory factory) {
        return of(library, DEFAULT, factory);
    }

    /**
     * A library in a configuration of its own, for callers that wait.
     *
     * @param library its name
     * @param configuration what was changed
     * @param factory makes its subject
     * @return the contender
     */
    public static Contender of(String library, String configuration, SubjectFactory factory) {
        return new Contender(library, configuration, factory, EnumSet.of(Load.Kind.THREADS));
    }

    /**
     * This contender, for one more kind of load.
     *
     * @param kind the kind
     * @return the contender
     */
    public Contender and(Load.Kind kind) {
        Set<Load.Kind> more = EnumSet.of(kind);
        more.addAll(kinds);
        return new Contender(library, configuration, factory, more);
    }
}
