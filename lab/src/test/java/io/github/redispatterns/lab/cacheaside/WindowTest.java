package io.github.redispatterns.lab.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WindowTest {

    private final Window window = new Window();

    @Test
    void finishWaitsForEveryCall() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 10_000; i++) {
            window.add(() -> CompletableFuture.runAsync(ended::incrementAndGet));
        }
        window.finish();
        assertThat(ended).hasValue(10_000);
    }

    @Test
    void finishFailsAsTheFirstCallThatFailed() throws Exception {
        window.add(() -> CompletableFuture.completedFuture("a"));
        window.add(() -> CompletableFuture.failedFuture(new IllegalArgumentException("b")));
        window.add(() -> CompletableFuture.failedFuture(new IllegalArgumentException("c")));
        assertThatThrownBy(window::finish).hasRootCauseMessage("b");
    }
}
