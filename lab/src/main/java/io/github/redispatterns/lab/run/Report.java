package io.github.redispatterns.lab.run;

import org.jspecify.annotations.Nullable;

/**
 * How one run of one experiment ended.
 *
 * @param experiment the experiment
 * @param result what it measured, or null if it failed
 * @param error why and where it failed, or null if it did not
 * @param server what it ran on
 * @param millis how long it took, ms
 */
public record Report(
        Experiment experiment,
        @Nullable Result result,
        @Nullable String error,
        Server server,
        long millis) {

    /**
     * Whether the experiment ran to its end and every claim holds.
     *
     * @return false if one does not, or the experiment failed
     */
    public boolean holds() {
        return error == null && result != null && result.holds();
    }
}
