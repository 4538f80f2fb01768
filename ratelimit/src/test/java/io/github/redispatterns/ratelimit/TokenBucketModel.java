package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;

/**
 * How much was missing at some time, in the time that it takes to come back, and by which limit it does. That is the
 * limit that was the last to look: under another one time has passed until it came.
 */
final class TokenBucketModel extends RateModel {

    /** What a double holds, if the bucket itself does not hold more. */
    private static final long EXACT = 1L << 53;

    private long atMicros;
    private long missingNanos;
    private Rule under;

    TokenBucketModel(Rule rule) {
        super(rule);
        under = rule;
    }

    @Override
    boolean grants(long cost, long when) {
        return missing(when) + cost * rule().first() <= fullNanos();
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
            atMicros = nowMicros;
        }
        if (isAnothers() && left(nowMicros) > 0) { // of a full one nothing has to be written down
            missingNanos = asMany(left(nowMicros));
            atMicros = nowMicros;
            under = rule();
        }
    }

    @Override
    long resetAfter(long nowMicros) {
        return (missing(nowMicros) + 999) / 1_000;
    }

    /** A bucket that holds less than what was missing is empty, and fills from then on. */
    private long missing(long when) {
        if (isAnothers()) { // which has not looked yet, or found it full
            return Math.min(asMany(left(when)), fullNanos());
        }
        return Math.max(0, Math.min(missingNanos, fullNanos()) - (when - atMicros) * 1_000);
    }

    private boolean isAnothers() {
        return under.first() != rule().first() || under.second() != rule().second();
    }

    private long left(long when) {
        return Math.max(0, missingNanos - Math.max(0, when - atMicros) * 1_000);
    }

    /** Of whole tokens as many, and of one that is coming back the same share, to the next nanosecond or microsecond. */
    private long asMany(long left) {
        long step = rule().first();
        long unit = step % 1_000 == 0 ? 1_000 : 1;
        long part = left % under.first();
        long share = (long) Math.ceil((double) part / under.first() * step / unit) * unit; // as far as a double goes
        BigInteger exact = BigInteger.valueOf(part).multiply(BigInteger.valueOf(step));
        assertThat(BigInteger.valueOf(share)
                        .multiply(BigInteger.valueOf(under.first()))
                        .subtract(exact)
                        .doubleValue())
                .isBetween(-4.0 * under.first(), (unit + 4.0) * under.first());
        BigInteger whole = BigInteger.valueOf(left / under.first()).multiply(BigInteger.valueOf(step));
        return whole.add(BigInteger.valueOf(share))
                .min(BigInteger.valueOf(Math.max(EXACT, fullNanos())))
                .longValueExact();
    }

    private long fullNanos() {
        return rule().second() * rule().first();
    }
}
