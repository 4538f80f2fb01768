package io.github.redispatterns.ratelimit;

/** The time at which everything is there again. */
final class GcraModel extends RateModel {

    private long arrivalNanos;

    GcraModel(Rule rule) {
        super(rule);
    }

    @Override
    boolean grants(long cost, long atMicros) {
        long at = atMicros * 1_000;
        return Math.max(arrivalNanos, at) + cost * rule().first() <= at + fullNanos();
    }

    @Override
    void take(long cost, long nowMicros) {
        arrivalNanos = Math.max(arrivalNanos, nowMicros * 1_000) + cost * rule().first();
    }

    @Override
    void settle(long nowMicros) {
        arrivalNanos = Math.min(arrivalNanos, nowMicros * 1_000 + fullNanos());
    }

    @Override
    long resetAfter(long nowMicros) {
        return Math.max(0, arrivalNanos - nowMicros * 1_000 + 999) / 1_000;
    }

    private long fullNanos() {
        return rule().second() * rule().first();
    }
}
