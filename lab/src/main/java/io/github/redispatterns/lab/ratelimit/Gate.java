package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.Sync;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** Where a user's calls are let through, or are not. */
@FunctionalInterface
interface Gate {

    /** One call; true if it is let through. */
    CompletionStage<Boolean> call(String user);

    /** Many calls at once; they are under way when this returns. */
    default List<CompletionStage<Boolean>> calls(String user, int count) {
        return IntStream.range(0, count).mapToObj(i -> call(user)).toList();
    }

    /** Waits for the answers, and counts those that were let through. */
    static int granted(List<CompletionStage<Boolean>> calls) {
        return (int) calls.stream().filter(Sync::await).count();
    }
}
