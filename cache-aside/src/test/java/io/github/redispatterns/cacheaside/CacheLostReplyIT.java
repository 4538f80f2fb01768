package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** The reply of each step is cut, one at a time: nothing is applied twice, and no caller is told what is not so. */
@RedisTest
class CacheLostReplyIT {

    private static final Duration TTL = Duration.ofMinutes(5);

    @Parameter
    RedisDeployment deployment;

    private final AtomicInteger loads = new AtomicInteger();
    private AclUser user;
    private FaultProxies proxies;
    private Redis redis;
    private Redis direct;
    private CacheAside<String> cache;
    private CacheAside<String> witness;
    private String name;

    @BeforeEach
    void open(TestKeys keys) {
        user = Handles.leastPrivileged(deployment, keys);
        proxies = FaultProxies.of(deployment);
        proxies.cutBy(cut());
        redis = Handles.open(deployment, user, RedisOptions.builder().clientResources(proxies.clientResources()));
        direct = Handles.open(deployment, user);
        KeySpace space = KeySpace.of(keys.prefix());
        name = space.key("k");
        cache = CacheAside.create(redis, space, Codec.utf8(), CacheAsideOptions.ofTtl(TTL));
        witness = CacheAside.create(direct, space, Codec.utf8(), CacheAsideOptions.ofTtl(TTL));
        // Every script is known to the servers, so that each step is one EVALSHA.
        witness.get("k", key -> "warm-up");
        witness.invalidate("k");
        witness.get("k", key -> null);
        witness.put("k", "warm-up");
        witness.invalidate("k");
    }

    Cut cut() {
        return Cut.CLOSE;
    }

    @AfterEach
    void close() {
        redis.close();
        direct.close();
        proxies.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void ofTheRead() {
        proxies.cutReplyOf("GET");
        assertThatThrownBy(() -> cache.get("k", this::load)).isInstanceOf(UnknownOutcomeException.class);
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(loads).hasValue(0);
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
    }

    /** The lease carries the load's id: the repeated request finds it there and knows it for its own. */
    @Test
    void ofTheLease() {
        proxies.cutReplyOf("EVALSHA");
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(loads).hasValue(1);
        assertThat(witness.get("k", this::load)).isEqualTo("value 1");
    }

    /** The repeated fill finds its own entry, and reports it stored. */
    @Test
    void ofTheFill() {
        String value = cache.get("k", key -> {
            proxies.cutReplyOf("EVALSHA");
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(witness.get("k", this::load)).isEqualTo("value 1");
        assertThat(loads).hasValue(1);
    }

    /** An invalidation between the lost reply and the repeated fill must win. */
    @Test
    void ofTheFillWithAnInvalidationBeforeItsRepetition() {
        String value = cache.get("k", key -> {
            witness.invalidate("k");
            proxies.cutReplyOf("EVALSHA");
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        assertThat(there()).isFalse();
    }

    @Test
    void ofTheRelease() {
        assertThatThrownBy(() -> cache.get("k", key -> {
                    proxies.cutReplyOf("EVALSHA");
                    throw new IllegalStateException("bug");
                }))
                .hasMessage("bug");
        Awaitility.await().until(() -> !there());
        Awaitility.await().until(() -> proxies.cuts() == 1);
        assertThat(witness.get("k", this::load)).isEqualTo("value 1");
    }

    @Test
    void ofThePut() {
        proxies.cutReplyOf("EVALSHA");
        assertThatThrownBy(() -> cache.put("k", "put")).isInstanceOf(UnknownOutcomeException.class);
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(witness.get("k", this::load)).isEqualTo("put");
        witness.put("k", "later");
        assertThat(cache.get("k", this::load)).isEqualTo("later"); // nothing comes after it
    }

    @Test
    void ofTheInvalidation() {
        witness.put("k", "put");
        proxies.cutReplyOf("EVALSHA");
        assertThatThrownBy(() -> cache.invalidate("k")).isInstanceOf(UnknownOutcomeException.class);
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(there()).isFalse();
        witness.put("k", "later");
        assertThat(cache.get("k", this::load)).isEqualTo("later");
    }

    private String load(String key) {
        return "value " + loads.incrementAndGet();
    }

    private boolean there() {
        return direct.commands().get(name).toCompletableFuture().join() != null;
    }
}
