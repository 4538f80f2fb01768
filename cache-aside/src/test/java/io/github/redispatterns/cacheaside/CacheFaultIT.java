package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.RedisCommandExecutionException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What each fault does to a load under way, to hits, and to the calls after it. */
@RedisTest
class CacheFaultIT {

    private static final Duration TTL = Duration.ofMinutes(5);

    @Parameter
    RedisDeployment deployment;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger loads = new AtomicInteger();
    private AclUser user;
    private Redis redis;
    private CacheAside<String> cache;
    private String name;

    @BeforeEach
    void open(TestKeys keys) {
        user = Handles.leastPrivileged(deployment, keys);
        redis = Handles.open(
                deployment,
                user,
                RedisOptions.builder().meterRegistry(registry).commandTimeout(Duration.ofMillis(500)));
        KeySpace space = KeySpace.of(keys.prefix());
        name = space.key("k");
        cache = CacheAside.create(redis, space, Codec.utf8(), CacheAsideOptions.ofTtl(TTL));
    }

    @AfterEach
    void close() {
        redis.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void scriptFlushBetweenTheSteps() {
        deployment.flushScripts();
        String value = cache.get("k", key -> {
            deployment.flushScripts();
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        deployment.flushScripts();
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        cache.invalidate("k");
        deployment.flushScripts();
        cache.put("k", "put");
        assertThat(cache.get("k", this::load)).isEqualTo("put");
    }

    @Test
    void flushAllDuringALoadDiscardsIt() {
        String value = cache.get("k", key -> {
            master().call(c -> c.flushall());
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        assertThat(outcomes("discarded")).isEqualTo(1);
        assertThat(cache.get("k", this::load)).isEqualTo("value 2");
    }

    @Test
    void aPlainDelFromAnotherProgramDiscardsTheLoadToo() {
        cache.get("k", key -> {
            master().call(c -> c.del(name));
            return load(key);
        });
        assertThat(outcomes("discarded")).isEqualTo(1);
        assertThat(cache.get("k", this::load)).isEqualTo("value 2");
    }

    @Test
    void aKilledConnectionDuringALoadIsReplaced() {
        String value = cache.get("k", key -> {
            deployment.dropClients();
            return load(key);
        });
        assertThat(value).isEqualTo("value 1");
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> cache.get("k", this::load).startsWith("value"));
    }

    /** The fill was sent and may still run: the caller has its value, and what stands at the key can only be that value. */
    @Test
    void aFreezeDuringALoadCostsTheCallerTheTimeoutOnce() {
        RedisNode master = master();
        long began = System.nanoTime();
        try {
            String value = cache.get("k", key -> {
                master.pause();
                return load(key);
            });
            assertThat(value).isEqualTo("value 1");
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(900));
            assertThatThrownBy(() -> cache.get("k", this::load)).isInstanceOf(UnknownOutcomeException.class);
            assertThatThrownBy(() -> cache.invalidate("k")).isInstanceOf(UnknownOutcomeException.class);
            assertThat(outcomes("fill-failed")).isEqualTo(1);
        } finally {
            master.resume();
        }
        Awaitility.await().ignoreExceptions().until(() -> cache.get("k", this::load) != null);
    }

    @Test
    void aDeadServerFailsTheCallAndIsUsedAgainOnceItIsBack() {
        RedisNode master = master();
        cache.put("k", "put");
        master.kill9();
        assertThatThrownBy(() -> cache.get("k", this::load)).isInstanceOf(PatternsException.class);
        assertThat(loads).hasValue(0);
        deployment.heal();
        user.recreate(); // a restarted server has forgotten it
        Awaitility.await().ignoreExceptions().until(() -> cache.get("k", this::load) != null);
    }

    @Test
    void aFullServerAnswersHitsAndTakesInvalidations() {
        cache.put("hit", "here");
        cache.put("gone", "there");
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            assertThat(cache.get("hit", this::load)).isEqualTo("here");
            cache.invalidate("gone");
            assertThatThrownBy(() -> cache.get("k", this::load))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageStartingWith("OOM");
            assertThatThrownBy(() -> cache.put("k", "v")).hasMessageStartingWith("OOM");
        }
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(cache.get("gone", this::load)).isEqualTo("value 2");
    }

    @Test
    void aFullServerDuringALoadStillGivesTheCallerItsValue() {
        MemoryLimit[] full = new MemoryLimit[1];
        try {
            String value = cache.get("k", key -> {
                full[0] = deployment.fillMemory();
                return load(key);
            });
            assertThat(value).isEqualTo("value 1");
            assertThat(outcomes("fill-failed")).isEqualTo(1);
        } finally {
            full[0].close();
        }
    }

    private RedisNode master() {
        return deployment.masterOf(name);
    }

    private long outcomes(String outcome) {
        return registry.timer("redis.patterns.cacheaside.loads", "cache", "default", "outcome", outcome)
                .count();
    }

    private String load(String key) {
        return "value " + loads.incrementAndGet();
    }
}
