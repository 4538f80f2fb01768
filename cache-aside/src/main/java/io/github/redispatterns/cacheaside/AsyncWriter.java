package io.github.redispatterns.cacheaside;

import java.util.concurrent.CompletionStage;

/** Begins to write to the source of truth. It may be called on an I/O thread, so it must not block. */
@FunctionalInterface
public interface AsyncWriter {

    /**
     * Begins to write.
     *
     * @return completes once the write has committed, with anything
     */
    CompletionStage<?> write();
}
