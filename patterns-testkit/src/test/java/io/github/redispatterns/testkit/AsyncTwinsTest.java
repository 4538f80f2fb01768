package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AsyncTwinsTest {

    /** What an asynchronous loader looks like. */
    interface AsyncSource<T> {
        CompletionStage<T> load(String key);
    }

    /** All twins in step. */
    interface Good {
        long count(String key);

        CompletionStage<Long> countAsync(String key);

        void clear();

        CompletionStage<Void> clearAsync();

        <T> List<T> all(String key, Supplier<T> source);

        <T> CompletionStage<List<T>> allAsync(String key, AsyncSource<T> source);

        String onlySync();
    }

    /** Each method a deviation of its own. */
    interface Bad {
        CompletionStage<String> lonelyAsync(String key);

        CompletableFuture<String> futureAsync();

        String future();

        int number();

        CompletionStage<Long> numberAsync();

        String swapped(int a, String b);

        CompletionStage<String> swappedAsync(String b, int a);
    }

    @Test
    void twinsInStepPass() {
        assertThatCode(() -> AsyncTwins.check(Good.class)).doesNotThrowAnyException();
    }

    @Test
    void everyDeviationIsListed() {
        assertThatThrownBy(() -> AsyncTwins.check(Good.class, Bad.class))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Bad.lonelyAsync[class java.lang.String] has no twin lonely")
                .hasMessageContaining("Bad.futureAsync[] returns java.util.concurrent.CompletableFuture")
                .hasMessageContaining("Bad.numberAsync[] promises java.lang.Long, but its twin returns int")
                .hasMessageContaining("Bad.swappedAsync")
                .satisfies(error -> assertThat(error.getMessage().lines()).hasSize(4));
    }
}
