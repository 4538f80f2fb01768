package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.SlotMigration;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A slot moves to and fro under load. Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
class RateMigrationIT extends RateFixture {

    private static final int MOVES = 2;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicInteger granted = new AtomicInteger();
    private final List<Future<?>> all = new ArrayList<>();

    /** No MOVED, ASK or TRYAGAIN reaches a caller, and what was taken moves with the slot. */
    @ParameterizedTest
    @EnumSource
    void nothingIsLostAndNobodyNoticesWhenTheSlotMoves(Algorithm algorithm) throws Exception {
        Limit limit = Limit.of(90_000, MINUTE.multipliedBy(60));
        RateLimiterOptions single = RateLimiterOptions.builder().maxCoalesced(1).build();
        RateLimiter alone = closing(RateLimiter.create(redis, keys(algorithm), algorithm, limit, single));
        RateLimiter together = limiter(algorithm, limit);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (RateLimiter one : List.of(alone, alone, together, together)) {
                all.add(threads.submit(() -> take(one)));
            }
            for (int move = 0; move < MOVES; move++) {
                int before = granted.get();
                try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(key(algorithm, "ada")))) {
                    awaitGranted(before + 50);
                    migration.moveKeys(1);
                    awaitGranted(before + 100);
                    migration.finish();
                }
            }
            awaitGranted(granted.get() + 50);
            stop.set(true);
            for (Future<?> each : all) {
                each.get(20, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        long back = algorithm.isSteady() ? granted.get() / 10 : 0; // what came back meanwhile
        assertThat(alone.peek("ada").remaining()).isBetween(90_000L - granted.get(), 90_000L - granted.get() + back);
    }

    private void take(RateLimiter one) {
        while (!stop.get()) {
            assertThat(one.tryAcquire("ada").allowed()).isTrue();
            granted.incrementAndGet();
        }
    }

    private void awaitGranted(int number) {
        Awaitility.await().until(() -> granted.get() >= number || all.stream().anyMatch(Future::isDone));
    }
}
