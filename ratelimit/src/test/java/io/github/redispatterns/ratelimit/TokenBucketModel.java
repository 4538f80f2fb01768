package io.github.redispatterns.ratelimit;

/** How much was missing when something was last taken, in the time that it takes to come back. */
final class TokenBucketModel extends RateModel {

    private long atMicros;
    private long missingNanos;
    /** The rule that it was taken under. */
    private Rule under;

    TokenBucketModel(Rule rule) {
        super(rule);
        under = rule;
    }

    @Override
    boolean grants(long cost, long when) {
        return missing(when) + cost * rule().first() <= rule().second() * rule().first();
    }

    @Override
    void take(long cost, long nowMicros) {
        missingNanos = missing(nowMicros) + cost * rule().first();
        atMicros = nowMicros;
        under = rule();
    }

    @Override
    void settle(long nowMicros) {
        if (atMicros > nowMicros) {
            missingNanos = missing(atMicros);
            atMicros = nowMicros;
            under = rule();
        }
    }

    @Override
    long resetAfter(long nowMicros) {
        return (missing(nowMicros) + 999) / 1_000;
    }

    private long missing(long when) {
        long missing = missingNanos;
        if (under.first() != rule().first()) { // as many tokens
            missing = (long) Math.ceil((double) missing / under.first() * rule().first());
        }
        missing = Math.min(missing, rule().second() * rule().first());
        return Math.max(0, missing - (when - atMicros) * 1_000);
    }
}
