package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A server that keeps what it has, killed and started again. */
class StreamInvalidationRestartIT {

    private static final KeySpace SPACE = KeySpace.of("shop", "product");

    @Test
    void nothingIsMissedAndNothingDropped() {
        List<StreamGap> gaps = new CopyOnWriteArrayList<>();
        try (RedisDeployment deployment = RedisDeployment.builder(Topology.STANDALONE)
                        .config("appendonly", "yes")
                        .config("appendfsync", "always")
                        .start();
                Redis redis = Redis.connect(deployment.uri());
                CacheAside<String> cache =
                        CacheAside.create(redis, SPACE, Codec.utf8(), CacheAsideOptions.ofTtl(Duration.ofMinutes(5)));
                StreamInvalidation following = StreamInvalidation.follow(
                        redis,
                        "changes",
                        cache,
                        StreamInvalidationOptions.builder().onGap(gaps::add).build())) {
            assertThat(following).isNotNull();
            cache.put("k", "v");
            cache.put("other", "v");
            RedisNode server = deployment.nodes().get(0);
            server.kill9();
            server.restart();
            server.call(c -> c.xadd("changes", Map.of("key", "k")));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> server.<Long>call(c -> c.exists(SPACE.key("k"))) == 0);
            assertThat(server.<Long>call(c -> c.exists(SPACE.key("other")))).isEqualTo(1);
            assertThat(gaps).containsExactly(StreamGap.NO_POSITION);
        }
    }
}
