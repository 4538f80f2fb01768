package io.github.redispatterns.benchmarks.compare;

/**
 * One contender under one load: what the same rows of two runs have in common.
 *
 * @param bench the bench
 * @param load the load as rows name it, such as {@code threads 16}
 * @param label the contender as rows call it
 */
public record Case(String bench, String load, String label) {

    /** Such as {@code core/get, threads 16, handle}. */
    @Override
    public String toString() {
        return bench + ", " + load + ", " + label;
    }
}
