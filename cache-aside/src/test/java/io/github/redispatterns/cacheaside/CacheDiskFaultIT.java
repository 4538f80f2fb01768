package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.Topology;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A Redis that cannot save its snapshot, and so refuses all writes with MISCONF, also those that only give memory back. It
 * answers reads all the while.
 */
class CacheDiskFaultIT {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<String> committed = new ArrayList<>();

    @Test
    void whatCannotBeRemovedNowIsPendingAndNeverThrown() {
        try (RedisDeployment deployment = RedisDeployment.builder(Topology.STANDALONE)
                        .config("save", "3600 1")
                        .config("enable-protected-configs", "yes")
                        .start();
                Redis redis = Redis.connect(
                        deployment.uri(),
                        RedisOptions.builder().meterRegistry(registry).build());
                Redis admin =
                        Redis.connect(deployment.uri()); // such a server refuses even the PING of a new connection
                CacheAside<String> cache = CacheAside.create(
                        redis, KeySpace.of("disk"), Codec.utf8(), CacheAsideOptions.ofTtl(Duration.ofMinutes(5)))) {
            List<String> names = List.of("gone", "updated", "around", "put");
            names.forEach(name -> cache.put(name, "old"));
            cache.put("hit", "here");
            String directory;
            try (ChannelInvalidation listening = ChannelInvalidation.listen(redis, "changes", cache)) {
                assertThat(listening).isNotNull();
                directory = admin.execute(c -> c.configGet("dir")).get("dir");
                admin.execute(c -> c.configSet("dir", "/proc")); // where nobody can make a file
                save(admin, "err");
                assertThat(cache.invalidate("gone")).isEqualTo(WriteOutcome.PENDING);
                assertThat(cache.update("updated", "new", () -> committed.add("updated")))
                        .isEqualTo(WriteOutcome.PENDING);
                assertThat(cache.invalidateAround("around", () -> committed.add("around")))
                        .isEqualTo(WriteOutcome.PENDING);
                assertThat(cache.put("put", "new")).isEqualTo(WriteOutcome.PENDING);
                assertThat(committed).containsExactly("updated", "around");
                admin.execute(c -> c.publish("changes", "gone"));
                Awaitility.await().until(() -> events("pending") == 1);
                assertThat(cache.get("hit", key -> "new")).isEqualTo("here");
                assertThat(names)
                        .allMatch(name -> cache.lookup(name, key -> "new")
                                .equals(new Lookup<>("new", Source.BYPASSED, Duration.ZERO)));
                assertThat(pending()).isEqualTo(4);
            }
            admin.execute(c -> c.configSet("dir", directory));
            save(admin, "ok");
            Awaitility.await().until(() -> pending() == 0);
            assertThat(names).allMatch(name -> cache.lookup(name, key -> "new").source() == Source.LOADED);
            assertThat(events("skipped")).isZero();
        }
    }

    private static void save(Redis admin, String outcome) {
        admin.execute(c -> c.bgsave());
        Awaitility.await().until(() -> {
            String info = admin.execute(c -> c.info("persistence"));
            return info.contains("rdb_bgsave_in_progress:0") && info.contains("rdb_last_bgsave_status:" + outcome);
        });
    }

    private double pending() {
        return registry.get("redis.patterns.cacheaside.removals.pending")
                .gauge()
                .value();
    }

    private double events(String outcome) {
        return registry.counter(
                        "redis.patterns.cacheaside.events", "cache", "default", "feed", "channel", "outcome", outcome)
                .count();
    }
}
