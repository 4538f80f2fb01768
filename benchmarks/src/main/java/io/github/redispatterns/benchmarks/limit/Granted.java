package io.github.redispatterns.benchmarks.limit;

import org.jspecify.annotations.Nullable;

/** Checks that a lock or a permit was given: a refusal costs less, and would flatter its library. */
public final class Granted {

    private Granted() {}

    /**
     * Fails on a refusal.
     *
     * @param granted what was answered; whatever is not true counts as a refusal
     */
    public static void check(@Nullable Object granted) {
        if (!Boolean.TRUE.equals(granted)) {
            throw new IllegalStateException("Refused, though there was enough for all");
        }
    }
}
