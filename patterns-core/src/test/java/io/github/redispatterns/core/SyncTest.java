package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class SyncTest {

    @Test
    void exceptionsArriveUnwrapped() {
        IOException cause = new IOException("disk");
        assertThatThrownBy(() -> Sync.await(CompletableFuture.failedFuture(cause)))
                .isSameAs(cause);
        assertThatThrownBy(() -> Sync.await(
                        CompletableFuture.failedFuture(new CompletionException(new CompletionException(cause)))))
                .isSameAs(cause);
        assertThatThrownBy(() -> Sync.callerRuns(caller -> CompletableFuture.runAsync(
                        () -> {
                            throw new IllegalStateException("task");
                        },
                        caller)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("task");
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> Sync.await(new CompletableFuture<>()))
                    .isInstanceOf(CallInterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            assertThatThrownBy(() -> Sync.callerRuns(caller -> new CompletableFuture<>()))
                    .isInstanceOf(CallInterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void tasksRunInTheCallersThread() {
        Thread caller = Thread.currentThread();
        Thread ran = Sync.callerRuns(executor -> CompletableFuture.supplyAsync(() -> "elsewhere")
                .thenApplyAsync(value -> Thread.currentThread(), executor));
        assertThat(ran).isSameAs(caller);
    }

    @Test
    void aCallerThatHasLeftRefusesTasks() {
        AtomicReference<Executor> kept = new AtomicReference<>();
        Sync.callerRuns(executor -> {
            kept.set(executor);
            return CompletableFuture.completedFuture("done");
        });
        assertThatThrownBy(() -> kept.get().execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    /** A task that was accepted runs even if its thread is interrupted, so that nobody waits for it in vain. */
    @Test
    void anAcceptedTaskIsNeverLost() throws InterruptedException {
        CompletableFuture<String> task = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread caller = new Thread(() -> assertThatThrownBy(() -> Sync.callerRuns(executor -> {
                    executor.execute(() -> {
                        begun.countDown();
                        while (!Thread.currentThread().isInterrupted()) {
                            Thread.onSpinWait();
                        }
                        executor.execute(() -> task.complete("ran"));
                        interrupted.countDown();
                    });
                    return new CompletableFuture<>();
                }))
                .isInstanceOf(CallInterruptedException.class));
        caller.start();
        begun.await();
        caller.interrupt();
        interrupted.await();
        Awaitility.await().untilAsserted(() -> assertThat(task).isCompletedWithValue("ran"));
        caller.join();
    }

    @Test
    void blockingOnAnIoThreadIsRefused() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread io = new Thread(
                () -> {
                    try {
                        Sync.await(new CompletableFuture<>());
                    } catch (IllegalStateException e) {
                        failure.set(e);
                    }
                },
                "lettuce-nioEventLoop-4-1");
        io.start();
        io.join();
        assertThat(failure.get()).hasMessageContaining("I/O thread");
        assertThat(Sync.<String>await(CompletableFuture.completedFuture("done")))
                .isEqualTo("done");
    }
}
