package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * The limit of one id in plain Java. An algorithm says what it grants when; what remains and how long to wait is found
 * here by trying, not by a formula.
 */
abstract class RateModel {

    private Rule rule;

    RateModel(Rule rule) {
        this.rule = rule;
    }

    static RateModel of(Rule rule) {
        return switch (rule.algorithm()) {
            case FIXED_WINDOW -> new FixedWindowModel(rule);
            case SLIDING_WINDOW_LOG -> new SlidingLogModel(rule);
            case SLIDING_WINDOW_COUNTER -> new SlidingCounterModel(rule);
            case TOKEN_BUCKET -> new TokenBucketModel(rule);
            case GCRA -> new GcraModel(rule);
        };
    }

    /** Whether so much would be granted at that time, which is not before {@link #settle}'s. */
    abstract boolean grants(long cost, long atMicros);

    abstract void take(long cost, long nowMicros);

    /** What the time that has passed, or the clock that was set back, makes of the state. */
    abstract void settle(long nowMicros);

    /** How long until everything is there again. */
    abstract long resetAfter(long nowMicros);

    final Rule rule() {
        return rule;
    }

    void use(Rule next) {
        rule = next;
    }

    final List<Decision> decide(long nowMicros, boolean take, List<Long> costs) {
        settle(nowMicros);
        List<Decision> decisions = new ArrayList<>();
        for (long cost : costs) {
            boolean granted = grants(cost, nowMicros);
            if (granted && take) {
                take(cost, nowMicros);
            }
            long remaining = first(rule.capacity() + 1, more -> !grants(more, nowMicros)) - 1;
            long reset = resetAfter(nowMicros);
            long retry = granted ? 0 : first(reset, later -> grants(cost, nowMicros + later));
            decisions.add(new Decision(granted, remaining, micros(retry), micros(reset), false, Optional.empty()));
        }
        return decisions;
    }

    /** The least number from 1 on for which it holds; it does for the last. */
    private static long first(long last, LongPredicate holds) {
        long low = 1;
        long high = last;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (holds.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return high;
    }

    static Duration micros(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }
}
