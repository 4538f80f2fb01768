package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Seeded interleavings of readers, writers and refreshes, in two processes, against a model of the source of truth: once
 * a write has returned, no read that begins later is answered with an older version, and none is left in the cache.
 */
@RedisTest
class CacheInterleavingIT extends CacheBench {

    /** With {@code -Dfull} over 100,000 on the three topologies together. */
    private static final int ROUNDS = FullLength.of(600, 34_000);

    private static final int AT_ONCE = 8;

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void noOldValueOutlivesAWrite() throws Exception {
        CacheAsideOptions soft = CacheAsideOptions.builder(TTL)
                .softTtl(Duration.ofMillis(1))
                .jitter(0)
                .build();
        CacheAsideOptions hard =
                CacheAsideOptions.builder(TTL).name("never stale").build();
        Redis one = handle(patient());
        Redis two = handle(patient());
        List<CacheAside<String>> caches = List.of(cache(one, soft), cache(two, soft), cache(two, hard));
        long seed = FullLength.seed("interleavings on " + deployment + ", " + ROUNDS + " rounds from");
        List<Future<?>> players = new ArrayList<>();
        for (int player = 0; player < AT_ONCE; player++) {
            long first = seed + player;
            players.add(threads.submit(() -> {
                for (long round = first; round < seed + ROUNDS; round += AT_ONCE) {
                    new InterleavingRound(caches, round).play();
                }
                return null;
            }));
        }
        for (Future<?> player : players) {
            player.get();
        }
        assertThat(loads("discarded")).as("loads overtaken").isGreaterThan(ROUNDS / 10);
        assertThat(loads("not-stored")).as("loads not to be stored").isGreaterThan(ROUNDS / 20);
        assertThat(gets("stale")).as("stale answers").isGreaterThan(ROUNDS / 20.0);
        assertThat(gets("negative")).as("negative answers").isGreaterThan(ROUNDS / 20.0);
        assertThat(waits("remote")).as("waits for another process").isGreaterThan(ROUNDS / 10.0);
    }

    /** So that a stall of the machine leaves no write pending. */
    private static RedisOptions.Builder patient() {
        return RedisOptions.builder().commandTimeout(Duration.ofSeconds(20));
    }
}
