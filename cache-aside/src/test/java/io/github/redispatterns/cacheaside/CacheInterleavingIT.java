package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * Seeded interleavings of readers and writers on one key, in two processes: once an invalidation has returned, no get
 * that begins later is answered with an older version, and none is left in the cache.
 */
@RedisTest
class CacheInterleavingIT {

    private static final int ROUNDS = 1_000;

    @Parameter
    RedisDeployment deployment;

    private final List<Redis> handles = new ArrayList<>();
    private AclUser user;

    @BeforeEach
    void open(TestKeys keys) {
        user = Handles.leastPrivileged(deployment, keys);
    }

    @AfterEach
    void close() {
        handles.forEach(Redis::close);
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void noOldValueOutlivesAnInvalidation(TestKeys keys) throws Exception {
        CacheAsideOptions options = CacheAsideOptions.ofTtl(Duration.ofMinutes(5));
        List<CacheAside<String>> caches = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Redis handle =
                    Handles.open(deployment, user, RedisOptions.builder().commandTimeout(Duration.ofSeconds(10)));
            handles.add(handle);
            caches.add(CacheAside.create(handle, KeySpace.of(keys.prefix()), Codec.utf8(), options));
        }
        long discarded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            discarded += new Round(caches, "k" + round, round).play();
        }
        assertThat(discarded).as("loads that an invalidation has overtaken").isGreaterThan(ROUNDS / 10);
    }

    /** One round: up to four reads, whose loads hang until the scheduler lets them go, among up to four writes. */
    private static final class Round {

        private final List<CacheAside<String>> caches;
        private final String key;
        private final String as;
        private final Random random;
        private final LinkedBlockingQueue<Runnable> hanging = new LinkedBlockingQueue<>();
        private final List<CompletableFuture<Void>> reads = new ArrayList<>();
        private final AtomicInteger database = new AtomicInteger();
        private int invalidated;
        private int overtaken;

        Round(List<CacheAside<String>> caches, String key, long seed) {
            this.caches = caches;
            this.key = key;
            this.as = "seed " + seed;
            this.random = new Random(seed);
        }

        int play() throws Exception {
            for (int step = 0; step < 10; step++) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> read();
                    case 2 -> write();
                    default -> letOneGo();
                }
            }
            while (!CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new))
                    .isDone()) {
                Runnable load = hanging.poll(10, TimeUnit.MILLISECONDS);
                if (load != null) {
                    load.run();
                }
            }
            for (CompletableFuture<Void> read : reads) {
                read.get(10, TimeUnit.SECONDS);
            }
            String left =
                    Sync.await(cache().getAsync(key, name -> CompletableFuture.completedFuture("" + database.get())));
            assertThat(Integer.parseInt(left)).as(as).isEqualTo(database.get());
            return overtaken;
        }

        private void read() {
            int oldest = invalidated; // a read that begins now may not see anything older
            CompletionStage<String> value = cache().getAsync(key, name -> {
                String row = "" + database.get();
                CompletableFuture<String> load = new CompletableFuture<>();
                hanging.add(() -> {
                    if (Integer.parseInt(row) < database.get()) {
                        overtaken++;
                    }
                    load.complete(row);
                });
                return load;
            });
            reads.add(value.thenAccept(version ->
                            assertThat(Integer.parseInt(version)).as(as).isBetween(oldest, database.get()))
                    .toCompletableFuture());
        }

        private void write() {
            int version = database.incrementAndGet();
            cache().invalidate(key);
            invalidated = version;
        }

        private void letOneGo() {
            Runnable load = hanging.poll();
            if (load != null) {
                load.run();
            }
        }

        private CacheAside<String> cache() {
            return caches.get(random.nextInt(caches.size()));
        }
    }
}
