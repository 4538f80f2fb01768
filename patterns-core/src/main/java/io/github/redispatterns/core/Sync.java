package io.github.redispatterns.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The only bridge from asynchronous to blocking calls: every synchronous twin waits here.
 *
 * <p><b>Guarantees</b>: exceptions arrive as the asynchronous side threw them, without
 * {@code CompletionException} around them. An interrupt ends the wait and leaves the thread's flag set. No monitor is
 * held and no thread identity is used, so a virtual thread is never pinned.
 *
 * <p><b>Does not guarantee</b>: a bound on the wait; stages of this library end by themselves at their deadline. That an
 * I/O thread is recognised if your {@code ClientResources} give Lettuce's threads names of your own.
 *
 * <p><b>Thread safety</b>: stateless.
 */
public final class Sync {

    private Sync() {}

    /**
     * Waits for a stage.
     *
     * @param stage what to wait for
     * @param <T> the type of its result
     * @return its result
     * @throws CallInterruptedException if the thread is interrupted; the call behind the stage goes on
     * @throws IllegalStateException if called on an I/O thread of Lettuce, where waiting would stop the very reply that
     *     it waits for
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (!future.isDone()) {
            refuseOnIoThread();
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallInterruptedException(e);
        } catch (ExecutionException e) {
            throw sneaky(unwrap(e));
        }
    }

    /**
     * Starts an asynchronous call and lends it the waiting thread: what the call hands to the executor runs here, in the
     * caller's own thread, with its thread-locals, its transaction and its place in the stack trace.
     *
     * @param call the call; it gets the executor that runs in this thread
     * @param <T> the type of its result
     * @return its result
     * @throws CallInterruptedException if the thread is interrupted while it waits; tasks handed over later are refused
     *     with {@link CallerGoneException}
     * @throws IllegalStateException if called on an I/O thread of Lettuce
     */
    public static <T extends @Nullable Object> T callerRuns(Function<Executor, ? extends CompletionStage<T>> call) {
        refuseOnIoThread();
        CallerRunsExecutor caller = new CallerRunsExecutor();
        try {
            CompletableFuture<T> future = call.apply(caller).toCompletableFuture();
            caller.runUntilDone(future);
            return await(future);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallInterruptedException(e);
        } finally {
            caller.leave();
        }
    }

    /**
     * The exception that a stage failed with, without the wrappers that {@code CompletableFuture} puts around it.
     *
     * @param failure what a stage's handler received
     * @return the innermost exception that is not such a wrapper
     */
    public static Throwable unwrap(Throwable failure) {
        Throwable inner = failure;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    static boolean isIoThread() {
        return Thread.currentThread().getName().startsWith("lettuce-");
    }

    private static void refuseOnIoThread() {
        if (isIoThread()) {
            throw new IllegalStateException("A blocking call on Lettuce's I/O thread would wait for itself;"
                    + " use the Async twin there, or move to another executor first");
        }
    }

    /** Throws a checked exception of the asynchronous side as it is. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X sneaky(Throwable failure) throws X {
        throw (X) failure;
    }
}
