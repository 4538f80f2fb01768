package io.github.redispatterns.ratelimit;

/** A window and what was used in it. */
final class FixedWindowModel extends RateModel {

    private long startMicros;
    private long used;

    FixedWindowModel(Rule rule) {
        super(rule);
    }

    @Override
    boolean grants(long cost, long atMicros) {
        return used(atMicros) + cost <= rule().limit().permits();
    }

    @Override
    void take(long cost, long nowMicros) {
        if (used(nowMicros) == 0) {
            startMicros = nowMicros;
            used = 0;
        }
        used += cost;
    }

    @Override
    void settle(long nowMicros) {
        startMicros = Math.min(startMicros, nowMicros);
    }

    @Override
    long resetAfter(long nowMicros) {
        return used(nowMicros) == 0 ? 0 : endMicros() - nowMicros;
    }

    private long used(long atMicros) {
        return atMicros < endMicros() ? used : 0;
    }

    private long endMicros() {
        return startMicros + rule().limit().periodMicros();
    }
}
