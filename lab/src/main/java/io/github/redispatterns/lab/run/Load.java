package io.github.redispatterns.lab.run;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How much, and which random choices.
 *
 * @param scale what every amount is multiplied by; 1 is the amount that the experiments are described with
 * @param seed what every random choice follows from
 */
public record Load(double scale, long seed) {

    /** Checks the scale. */
    public Load {
        if (!(scale > 0 && scale <= 1000)) {
            throw new IllegalArgumentException("scale: must be more than 0 and at most 1000, is " + scale);
        }
    }

    /**
     * The amounts of the descriptions, and random choices unlike those of any other run.
     *
     * @return the load
     */
    public static Load ordinary() {
        return new Load(1, ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
    }

    /**
     * Scales an amount.
     *
     * @param amount how much at scale 1
     * @param least how much at least
     * @return how much at this scale
     */
    public int scaled(int amount, int least) {
        return (int) Math.max(least, Math.round(amount * scale));
    }
}
