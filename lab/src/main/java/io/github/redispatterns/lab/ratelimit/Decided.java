package io.github.redispatterns.lab.ratelimit;

/**
 * What came of a call.
 *
 * @param beginNanos when it was made, a monotonic time
 * @param endNanos when the answer came
 * @param outcome what it was
 */
record Decided(long beginNanos, long endNanos, Outcome outcome) {

    /** An answer. */
    enum Outcome {
        GRANTED,
        REFUSED,
        /** Without Redis. */
        DEGRADED_GRANTED,
        /** Without Redis. */
        DEGRADED_REFUSED,
        FAILED;

        static Outcome of(boolean allowed, boolean degraded) {
            if (degraded) {
                return allowed ? DEGRADED_GRANTED : DEGRADED_REFUSED;
            }
            return allowed ? GRANTED : REFUSED;
        }

        /** Whether Redis decided. */
        boolean isOrdinary() {
            return this == GRANTED || this == REFUSED;
        }
    }

    boolean is(Outcome other) {
        return outcome == other;
    }

    boolean beganIn(long from, long to) {
        return beginNanos - from >= 0 && beginNanos - to < 0;
    }
}
