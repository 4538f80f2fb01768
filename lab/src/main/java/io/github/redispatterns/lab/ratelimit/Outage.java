package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.lab.ratelimit.Decided.Outcome;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.NothingShownException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What each answer has met with in one outage; complete once all calls are decided.
 *
 * @param fault what happened
 * @param beginNanos no later than its begin, a monotonic time
 * @param endNanos no later than its end
 * @param backNanos when all were found to be decided by Redis again
 */
record Outage(
        Fault fault,
        long beginNanos,
        long endNanos,
        long backNanos,
        Callers naive,
        Callers open,
        Callers closed,
        Callers local) {

    private static final double P99 = 0.99;
    /** Nobody waits for the timeout. */
    private static final long MOST_MILLIS = WithoutRedis.TIMEOUT.toMillis() / 2;

    void requireNaiveFailure() {
        if (p99Millis(naive) < WithoutRedis.TIMEOUT.toMillis() || passed(naive) <= mostOf(naive)) {
            throw new NothingShownException("While Redis was " + fault + ", the naive gateways neither waited nor let"
                    + " through more than " + passed(naive) + " calls");
        }
    }

    String naiveFailure() {
        return fault + ", a p99 of " + p99Millis(naive) + " ms, and " + passed(naive) + " calls let through";
    }

    List<Claim> claims() {
        String during = ", Redis " + fault;
        return List.of(
                new Claim("calls that failed" + during, count(naive, Outcome.FAILED), failed(), Bound.atMost(0)),
                new Claim(
                        "calls let through without Redis, local()" + during,
                        passed(naive),
                        passed(local),
                        Bound.atMost(mostOf(local))),
                new Claim("the same, at least" + during, null, passed(local), Bound.atLeast(mostOf(local) / 2)),
                new Claim(
                        "calls let through by closed(), or refused by open(), without Redis" + during,
                        null,
                        count(closed, Outcome.DEGRADED_GRANTED) + count(open, Outcome.DEGRADED_REFUSED),
                        Bound.atMost(0)),
                new Claim(
                        "decisions after the first timeouts that do not say that they are degraded" + during,
                        null,
                        silent(),
                        Bound.atMost(0)),
                new Claim(
                        "p99 time of a decision after the first timeouts" + during + ", ms",
                        p99Millis(naive),
                        Stream.of(open, closed, local)
                                .mapToDouble(this::p99Millis)
                                .max()
                                .orElseThrow(),
                        Bound.atMost(MOST_MILLIS)),
                new Claim(
                        "time until Redis decides all calls again, no longer " + fault + ", ms",
                        recoveryMillis(naive),
                        Stream.of(open, closed, local)
                                .mapToLong(this::recoveryMillis)
                                .max()
                                .orElseThrow(),
                        Bound.atMost(fault.mostRecovery().toMillis())));
    }

    private long failed() {
        return Stream.of(open, closed, local)
                .mapToLong(each -> count(each, Outcome.FAILED))
                .sum();
    }

    private long silent() {
        return Stream.of(open, closed, local)
                .flatMap(each -> inside(each).stream())
                .filter(each -> each.outcome().isOrdinary() && each.endNanos() - endNanos < 0)
                .count();
    }

    private long passed(Callers callers) {
        return count(callers, Outcome.DEGRADED_GRANTED);
    }

    /** The whole limit at once, and what comes back until the last call that was decided without Redis was. */
    private long mostOf(Callers callers) {
        long last = callers.decided(beginNanos, backNanos).stream()
                .filter(each -> !each.outcome().isOrdinary())
                .mapToLong(each -> each.endNanos() - beginNanos)
                .max()
                .orElse(0);
        return WithoutRedis.PERMITS + WithoutRedis.PERMITS * last / WithoutRedis.PERIOD.toNanos();
    }

    private long count(Callers callers, Outcome outcome) {
        return callers.decided(beginNanos, backNanos).stream()
                .filter(each -> each.is(outcome))
                .count();
    }

    /** On the calls made after the first timeouts and before the end. */
    private List<Decided> inside(Callers callers) {
        return callers.decided(beginNanos + WithoutRedis.FIRST_TIMEOUTS.toNanos(), endNanos);
    }

    private double p99Millis(Callers callers) {
        long[] nanos = inside(callers).stream()
                .mapToLong(each -> each.endNanos() - each.beginNanos())
                .sorted()
                .toArray();
        return Math.round(nanos[(int) (nanos.length * P99)] / 10_000.0) / 100.0;
    }

    private long recoveryMillis(Callers callers) {
        return callers.decided(endNanos, backNanos).stream()
                .filter(each -> !each.outcome().isOrdinary())
                .mapToLong(each -> TimeUnit.NANOSECONDS.toMillis(each.beginNanos() - endNanos))
                .max()
                .orElse(0);
    }
}
