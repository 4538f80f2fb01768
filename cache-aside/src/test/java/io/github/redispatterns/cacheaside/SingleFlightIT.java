package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Whom a flight may serve that others have joined. */
@RedisTest
class SingleFlightIT extends CacheBench {

    /**
     * The first reader has looked before the write was reported as pending, and found the lease of another process, whose
     * value is old; it goes on after that. Whoever has come since must not share what it finds.
     */
    @Test
    void whoJoinsWhileARemovalIsPendingIsNotServedFromTheCache() {
        cache.put("k", "old");
        SingleFlight<String> flights = new SingleFlight<>(
                Pending.parts(cache, List.of("k")),
                reader -> CompletableFuture.completedFuture(Answer.loaded("again", Source.BYPASSED, 0)));
        long looked = System.nanoTime();
        CompletionStage<Answer<String>> first = flights.fly(reader(looked), new Found.Leased<>(), looked);
        long began = System.nanoTime();
        CompletionStage<Answer<String>> joined =
                flights.fly(reader(began), new Found.Unknown<>(Removals.yetToBeDone()), began);
        assertThat(Sync.<Answer<String>>await(joined).value()).isNotEqualTo("old");
        assertThat(Sync.<Answer<String>>await(first).value()).isEqualTo("value 1");
        assertThat(waits("local")).isEqualTo(1);
    }

    /** Nor by what the script for a lease has found. */
    @Test
    void norIsWhoJoinsOneThatHasYetToAskForItsLease() {
        cache.put("k", "old");
        SingleFlight<String> flights = new SingleFlight<>(
                Pending.parts(cache, List.of("k")),
                reader -> CompletableFuture.completedFuture(Answer.loaded("again", Source.BYPASSED, 0)));
        long looked = System.nanoTime();
        CompletionStage<Answer<String>> first = flights.fly(reader(looked), new Found.Absent<>(), looked);
        assertThat(Sync.<Answer<String>>await(first).value()).isEqualTo("value 1");
    }

    private Reader<String> reader(long began) {
        Loading<String> loading = Loading.of((AsyncLoader<String>) key -> CompletableFuture.completedFuture(load(key)));
        return new Reader<>(
                "k",
                loading,
                Runnable::run,
                began,
                began + Duration.ofSeconds(10).toNanos(),
                null);
    }
}
