package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where one of several limits stands right after a decision of a {@link CompositeRateLimiter}.
 *
 * @param name the limit's name
 * @param remaining how many permits could be had of it at once
 * @param retryAfter how long until it would grant the same call, whatever the others say; zero if it has, or would have.
 *     Not zero, it has refused
 * @param resetAfter how long until all of it is there again, if nobody else comes
 */
public record LimitState(String name, long remaining, Duration retryAfter, Duration resetAfter) {

    /** What the limits decided together: granted if each of them grants. */
    static Decision together(List<LimitState> all, boolean degraded) {
        LimitState slowest = all.stream()
                .reduce((one, next) -> longer(next, one) ? next : one)
                .orElseThrow();
        boolean granted = slowest.retryAfter().isZero();
        return new Decision(
                granted,
                all.stream().mapToLong(LimitState::remaining).min().orElseThrow(),
                slowest.retryAfter(),
                all.stream()
                        .map(LimitState::resetAfter)
                        .max(Comparator.naturalOrder())
                        .orElseThrow(),
                degraded,
                granted ? Optional.empty() : Optional.of(slowest.name()),
                all);
    }

    /** What it waits for is nearer; how many permits are back meanwhile is not known. */
    LimitState after(long nanos) {
        return new LimitState(name, remaining, less(retryAfter, nanos), less(resetAfter, nanos));
    }

    static Duration less(Duration time, long nanos) {
        return Duration.ofNanos(Math.max(time.toNanos() - nanos, 0));
    }

    private static boolean longer(LimitState one, LimitState other) {
        return one.retryAfter().compareTo(other.retryAfter()) > 0;
    }
}
