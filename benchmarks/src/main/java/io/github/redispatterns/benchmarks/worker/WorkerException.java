package io.github.redispatterns.benchmarks.worker;

/** A worker died, was silent for too long, or said that it failed. The message is a sentence that says which. */
public final class WorkerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WorkerException(String message) {
        super(message);
    }

    WorkerException(String message, Throwable cause) {
        super(message, cause);
    }
}
