package io.github.redispatterns.ratelimit;

/**
 * A token bucket as several limits keep it: what came back did so at the rate that held then, and whoever looks by another
 * limit turns what is still missing into as many tokens of its own.
 */
final class CompositeBucketModel extends RateModel {

    private long atMicros;
    private long missingNanos;
    /** In which a token comes back of what is missing. */
    private long stepNanos;

    CompositeBucketModel(Rule rule) {
        super(rule);
        stepNanos = rule.first();
    }

    @Override
    boolean grants(long cost, long when) {
        return missing(when) + cost * rule().first() <= fullNanos();
    }

    @Override
    void take(long cost, long nowMicros) {
        missingNanos = missing(nowMicros) + cost * rule().first();
        atMicros = nowMicros;
        stepNanos = rule().first();
    }

    @Override
    void settle(long nowMicros) {
        long missing = missing(Math.max(nowMicros, atMicros));
        double tokens = (double) missing / stepNanos;
        long ours = stepNanos == rule().first() ? missing : (long) Math.ceil(tokens * rule().first());
        boolean another = (missing > 0 && stepNanos != rule().first()) || ours > fullNanos();
        if (atMicros > nowMicros || another) {
            missingNanos = Math.min(ours, fullNanos());
            atMicros = nowMicros;
            stepNanos = rule().first();
        }
    }

    @Override
    long resetAfter(long nowMicros) {
        return (missing(nowMicros) + 999) / 1_000;
    }

    private long missing(long when) {
        return Math.max(0, missingNanos - (when - atMicros) * 1_000);
    }

    private long fullNanos() {
        return rule().second() * rule().first();
    }
}
