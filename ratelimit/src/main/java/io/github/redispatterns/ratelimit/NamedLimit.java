package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;

/**
 * One of the limits that a {@link CompositeRateLimiter} keeps together.
 *
 * <p><b>Thread safety</b>: immutable.
 *
 * @param name what a decision calls it; any text but the empty one, unlike the others'. What was taken is kept under it
 * @param algorithm how it is kept; any but {@link Algorithm#SLIDING_WINDOW_LOG}
 * @param limit how much is allowed in which time
 * @param per its subject: whose calls it counts together, such as {@code user} or {@code ip}; {@link #ID} unless told
 *     otherwise. A call brings an id for each subject but {@link #ALL}
 */
public record NamedLimit(String name, Algorithm algorithm, Limit limit, String per) {

    /** The subject of a limit unless told otherwise. */
    public static final String ID = "id";

    /** The subject of a limit for everybody; it has no id. */
    public static final String ALL = "all";

    /**
     * Checks every part.
     *
     * @param name as above
     * @param algorithm as above
     * @param limit as above
     * @param per as above
     */
    public NamedLimit {
        Check.text("name", name);
        Rule.of(algorithm, limit);
        if (algorithm == Algorithm.SLIDING_WINDOW_LOG) {
            throw new IllegalArgumentException("algorithm: " + algorithm
                    + " remembers each permit, which is too much to keep together with other limits; take "
                    + Algorithm.SLIDING_WINDOW_COUNTER);
        }
        Check.text("per", per);
    }

    /**
     * A limit of each id.
     *
     * @param name what a decision calls it
     * @param algorithm how it is kept; any but {@link Algorithm#SLIDING_WINDOW_LOG}
     * @param limit how much is allowed in which time
     * @return the limit
     * @throws IllegalArgumentException if an argument is not allowed, or the algorithm cannot keep the limit
     */
    public static NamedLimit of(String name, Algorithm algorithm, Limit limit) {
        return new NamedLimit(name, algorithm, limit, ID);
    }

    /**
     * The same limit with another subject.
     *
     * @param subject whose calls it counts together, such as {@code user} or {@code ip}; {@link #ALL} for one
     *     limit for everybody
     * @return the limit
     * @throws IllegalArgumentException if it is empty or null
     */
    public NamedLimit per(String subject) {
        return new NamedLimit(name, algorithm, limit, subject);
    }

    NamedLimit with(Limit other) {
        return new NamedLimit(name, algorithm, other, per);
    }
}
