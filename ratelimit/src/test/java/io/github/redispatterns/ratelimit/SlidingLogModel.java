package io.github.redispatterns.ratelimit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The time of each permit. */
final class SlidingLogModel extends RateModel {

    private final List<Long> taken = new ArrayList<>();

    SlidingLogModel(Rule rule) {
        super(rule);
    }

    @Override
    boolean grants(long cost, long atMicros) {
        return live(atMicros) + cost <= rule().limit().permits();
    }

    @Override
    void take(long cost, long nowMicros) {
        forget(nowMicros);
        taken.addAll(Collections.nCopies((int) cost, nowMicros));
    }

    @Override
    void settle(long nowMicros) {
        if (!taken.isEmpty() && taken.get(taken.size() - 1) > nowMicros) {
            forget(nowMicros);
            taken.replaceAll(time -> Math.min(time, nowMicros));
        }
    }

    @Override
    long resetAfter(long nowMicros) {
        return live(nowMicros) == 0
                ? 0
                : taken.get(taken.size() - 1) + rule().limit().periodMicros() - nowMicros;
    }

    /** Whoever only looks forgets nothing: the clock may yet be set back. */
    private void forget(long nowMicros) {
        taken.removeIf(time -> time <= nowMicros - rule().limit().periodMicros());
    }

    private int live(long atMicros) {
        long since = atMicros - rule().limit().periodMicros();
        int from = 0;
        for (int step = Integer.highestOneBit(Math.max(taken.size(), 1)); step > 0; step /= 2) {
            if (from + step <= taken.size() && taken.get(from + step - 1) <= since) {
                from += step;
            }
        }
        return taken.size() - from;
    }
}
