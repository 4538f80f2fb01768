package io.github.redispatterns.core;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.PartitionSelectorException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/**
 * What a failed attempt says about its effect. Only what is known to have been refused counts as not executed; whatever
 * is not recognised is unknown.
 */
enum Failure {
    /** Refused before it took effect; another try may succeed. */
    NOT_EXECUTED,
    /** Sent, and no reply came. */
    UNKNOWN,
    /** The server, or our own check, answered: the answer is the outcome. */
    ANSWERED;

    /** Error replies that refuse a command for the time being. */
    private static final Set<String> REFUSALS = Set.of(
            "LOADING", "READONLY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "NOREPLICAS", "BUSY", "MOVED", "ASK");

    /** Lettuce has no type for these; {@code FaultIT} fails if a new version words the first otherwise. */
    private static final String NOT_CONNECTED = "Currently not connected";

    private static final String QUEUE_FULL = "Request queue size exceeded";

    private static final String STACK_FULL = "Internal stack size exceeded";

    static Failure of(Throwable failure) {
        if (failure instanceof RedisCommandExecutionException reply) {
            return isRefusal(String.valueOf(reply.getMessage())) ? NOT_EXECUTED : ANSWERED;
        }
        if (failure instanceof RedisCommandTimeoutException) {
            return UNKNOWN;
        }
        if (failure instanceof PartitionSelectorException) {
            return NOT_EXECUTED;
        }
        if (failure instanceof RedisConnectionException) {
            return String.valueOf(failure.getMessage()).startsWith("Unable to") ? NOT_EXECUTED : UNKNOWN;
        }
        if (failure instanceof RedisException) {
            String message = String.valueOf(failure.getMessage());
            boolean refused = message.startsWith(NOT_CONNECTED)
                    || message.startsWith(QUEUE_FULL)
                    || message.startsWith(STACK_FULL);
            return refused ? NOT_EXECUTED : UNKNOWN;
        }
        // Lettuce hands a reset, or a broken TLS stream, to the command in flight as it is.
        return failure instanceof IOException || failure instanceof TimeoutException ? UNKNOWN : ANSWERED;
    }

    private static boolean isRefusal(String message) {
        int end = message.indexOf(' ');
        return REFUSALS.contains(end < 0 ? message : message.substring(0, end));
    }
}
