package io.github.redispatterns.locks;

/**
 * What a client did or saw, as it wrote it down itself. Its times are {@link System#nanoTime()}, which on Linux is the
 * machine's one monotonic clock, the same in every process; {@link HistoryMember} looks whether that holds.
 *
 * @param kind what
 * @param process the process
 * @param client the client
 * @param resource what is locked
 * @param fence the lease's fencing token
 * @param at when
 * @param value see {@link Kind}
 */
record HistoryEvent(Kind kind, String process, String client, String resource, long fence, long at, long value) {

    private static final String END = ".";
    private static final int PARTS = 8;

    /** What a client did or saw. */
    enum Kind {
        /** It asks, and nothing is known yet; {@code fence} is 0. */
        ASKED,
        /** It asks once more by the same token, since it does not know what came of it; {@code fence} is 0. */
        REPEATED,
        /** It was told that it has the lease, {@code at} after that; {@code value} is the latest end on the server. */
        ACQUIRED,
        /** By its own clock it holds the lease until {@code value}. */
        SURE,
        /** Extended; {@code value} is the latest end on the server. */
        EXTENDED,
        /** It looked up the end on the server: {@code value} at the latest. */
        LOOKED_UP,
        /** From now on somebody else moves the end. */
        RENEWED,
        /** It gives the lease back, {@code at} before that. */
        RELEASED,
        /** It was told of the loss; {@code value} is the end by its own clock. */
        TOLD,
        /** It has waited in vain to be told of the loss. */
        NEVER_TOLD,
        /** Nothing ran in its process from {@code value} to {@code at}; of no lease. */
        STALLED
    }

    String line() {
        return String.join(
                " ",
                kind.name(),
                process,
                client,
                resource,
                Long.toString(fence),
                Long.toString(at),
                Long.toString(value),
                END);
    }

    /** Null if its writer was killed meanwhile. */
    static HistoryEvent parse(String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length != PARTS || !parts[PARTS - 1].equals(END)) {
            return null;
        }
        return new HistoryEvent(
                Kind.valueOf(parts[0]),
                parts[1],
                parts[2],
                parts[3],
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]),
                Long.parseLong(parts[6]));
    }
}
