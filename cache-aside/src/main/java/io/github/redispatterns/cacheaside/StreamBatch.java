package io.github.redispatterns.cacheaside;

import java.util.List;

/**
 * What one look at a stream has found after a position.
 *
 * @param gone true if entries after the position are missing; then there are no others here
 * @param end the end of the stream at that moment
 * @param next the position once these entries are handled
 * @param entries of each entry the values of the field that holds keys
 */
record StreamBatch(boolean gone, StreamPosition end, StreamPosition next, List<List<byte[]>> entries) {

    /** True if there was nothing more. */
    boolean reachesEnd() {
        return next.equals(end);
    }
}
