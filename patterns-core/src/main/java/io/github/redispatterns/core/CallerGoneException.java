package io.github.redispatterns.core;

import java.util.concurrent.RejectedExecutionException;

/** A task was handed to the thread that waits in {@link Sync#callerRuns}, and that thread has stopped waiting. */
public final class CallerGoneException extends RejectedExecutionException {

    private static final long serialVersionUID = 1L;

    CallerGoneException() {
        super("The calling thread has stopped waiting");
    }
}
