package io.github.redispatterns.ratelimit;

import java.math.BigInteger;

/** Two windows; of the older one the share that a sliding window would still see, rounded up. */
final class SlidingCounterModel extends RateModel {

    private long startMicros;
    private long before;
    private long used;

    SlidingCounterModel(Rule rule) {
        super(rule);
    }

    @Override
    boolean grants(long cost, long atMicros) {
        return counted(atMicros) + cost <= rule().limit().permits();
    }

    @Override
    void take(long cost, long nowMicros) {
        long windows = windowsBetween(nowMicros);
        if (windows > 1 || used == 0) {
            startMicros = nowMicros;
            before = 0;
            used = 0;
        } else if (windows == 1) {
            startMicros += period();
            before = used;
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
        return used == 0 ? 0 : Math.max(0, startMicros + 2 * period() - nowMicros);
    }

    private long counted(long atMicros) {
        long into = atMicros - startMicros;
        return switch ((int) Math.min(windowsBetween(atMicros), 2)) {
            case 0 -> used + share(before, into);
            case 1 -> share(used, into - period());
            default -> 0;
        };
    }

    private long windowsBetween(long atMicros) {
        return (atMicros - startMicros) / period();
    }

    private long period() {
        return rule().limit().periodMicros();
    }

    private long share(long permits, long intoMicros) {
        BigInteger period = BigInteger.valueOf(period());
        return BigInteger.valueOf(permits)
                .multiply(period.subtract(BigInteger.valueOf(intoMicros)))
                .add(period.subtract(BigInteger.ONE))
                .divide(period)
                .longValueExact();
    }
}
