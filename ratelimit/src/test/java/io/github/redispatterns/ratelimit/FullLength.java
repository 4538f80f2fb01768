package io.github.redispatterns.ratelimit;

/** How long a randomised test goes on, and from which seed: short and anew in each build, long with {@code -Dfull}. */
final class FullLength {

    private FullLength() {}

    /** The first in a build, the second with {@code -Dfull}. */
    static int of(int reduced, int full) {
        return System.getProperty("full") == null ? reduced : full;
    }

    /** Says which seed it is; {@code -Dseed=…} repeats one. */
    static long seed(String test) {
        long seed = Long.getLong("seed", System.nanoTime() >>> 10);
        System.out.println("[seed] " + test + ": " + seed);
        return seed;
    }
}
