package io.github.redispatterns.benchmarks.bench;

import java.util.List;

/**
 * A bench with a server: every contender that can be driven with a load is, in rounds that take turns.
 *
 * @param name {@code module/name}
 * @param question what is asked
 * @param loads in the order in which they are run
 * @param contenders in the order in which they are shown
 * @param bounds what must come out
 */
public record RedisBench(String name, String question, List<Load> loads, List<Contender> contenders, List<Bound> bounds)
        implements Bench {

    /** Copies the lists. */
    public RedisBench {
        loads = List.copyOf(loads);
        contenders = List.copyOf(contenders);
        bounds = List.copyOf(bounds);
    }

    /**
     * The contenders of one load.
     *
     * @param load one of the loads
     * @return those that can be driven so
     */
    public List<Contender> contenders(Load load) {
        return contenders.stream()
                .filter(each -> each.kinds().contains(load.kind()))
                .toList();
    }

    /**
     * What rows call a contender.
     *
     * @param contender one of the contenders
     * @return its library, and its configuration if the library has several
     */
    public String label(Contender contender) {
        long configurations = contenders.stream()
                .filter(each -> each.library().equals(contender.library()))
                .count();
        return configurations == 1 ? contender.library() : contender.library() + ", " + contender.configuration();
    }

    /**
     * The contender that rows call so.
     *
     * @param label a label
     * @return the contender
     * @throws IllegalArgumentException if there is none
     */
    public Contender contender(String label) {
        return contenders.stream()
                .filter(each -> label(each).equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " has no contender \"" + label + '"'));
    }
}
