package io.github.redispatterns.core;

/**
 * The thread was interrupted while it waited for a call's result. Its interrupt flag is set again; the call itself goes
 * on, so its outcome is unknown to this caller.
 */
public final class CallInterruptedException extends PatternsException {

    private static final long serialVersionUID = 1L;

    CallInterruptedException(InterruptedException cause) {
        super("Interrupted while waiting for the result; the call goes on and its outcome is unknown", cause);
    }
}
