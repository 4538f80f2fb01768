package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Masters;
import io.github.redispatterns.core.NotExecutedException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RedisGuardsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CacheMetrics metrics = new CacheMetrics(registry, "default");
    private final Map<String, String> owners = new HashMap<>(Map.of("n:a", "A", "n:a2", "A", "n:b", "B"));
    private long now;

    @Test
    void allKeysOfOneServerShareAGuard() {
        RedisGuards guards = guards(null);
        assertThat(guards.of("a")).isSameAs(guards.of("b")).isSameAs(guards.common());
        List<String> keys = List.of("b", "a");
        assertThat(guards.split(keys)).containsExactly(Map.entry(guards.common(), keys));
        silence(guards.of("a"));
        assertThat(gauge()).isEqualTo(1);
    }

    @Test
    void eachMasterHasItsOwn() {
        RedisGuards guards = guards(new Owners());
        assertThat(guards.of("a")).isSameAs(guards.of("a2")).isNotSameAs(guards.of("b"));
        silence(guards.of("a"));
        assertThat(guards.of("a2").mayCall()).isFalse();
        assertThat(guards.of("b").mayCall()).isTrue();
        assertThat(guards.common().mayCall()).isTrue();
        Map<RedisGuard, Collection<String>> parts = guards.split(List.of("a2", "b", "a"));
        assertThat(parts)
                .containsExactly(
                        Map.entry(guards.of("a"), List.of("a2", "a")), Map.entry(guards.of("b"), List.of("b")));
    }

    @Test
    void aSlotThatNobodyOwnsIsNoMasters() {
        assertThat(guards(new Owners()).of("unknown")).isNotNull();
    }

    @Test
    void theWorstIsShown() {
        RedisGuards guards = guards(new Owners());
        guards.of("b").answered();
        assertThat(gauge()).isZero();
        silence(guards.of("a"));
        assertThat(gauge()).isEqualTo(1);
        Awaitility.await().until(guards.of("a")::mayCall);
        assertThat(gauge()).isEqualTo(2);
        silence(guards.of("b"));
        assertThat(gauge()).isEqualTo(1);
    }

    /** It would be shown as open for ever, since nobody asks for it any more. */
    @Test
    void aMasterThatWasReplacedIsForgotten() {
        RedisGuards guards = guards(new Owners());
        RedisGuard old = guards.of("a");
        silence(old);
        owners.replaceAll((name, owner) -> owner.equals("A") ? "A2" : owner);
        assertThat(gauge()).isZero();
        assertThat(guards.of("a").mayCall()).isTrue();
        assertThat(gauge()).isZero();
        owners.replaceAll((name, owner) -> owner.equals("A2") ? "A" : owner);
        assertThat(guards.of("a")).isNotSameAs(old);
    }

    private RedisGuards guards(Masters masters) {
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(5))
                .breakerWindow(Duration.ofMillis(50))
                .build();
        return new RedisGuards(
                () -> new RedisGuard(options, TIMEOUT, metrics, () -> now), key -> "n:" + key, masters, metrics);
    }

    /** A call that waits in vain. */
    private void silence(RedisGuard guard) {
        now += TIMEOUT.toNanos();
        long asked = now;
        now += TIMEOUT.toNanos();
        guard.failed(asked, new NotExecutedException("no reply", null));
        assertThat(guard.mayCall()).isFalse();
    }

    private double gauge() {
        return registry.get("redis.patterns.cacheaside.breaker.state").gauge().value();
    }

    private final class Owners implements Masters {

        @Override
        public String of(String name) {
            return owners.get(name);
        }

        @Override
        public Set<String> all() {
            return Set.copyOf(owners.values());
        }
    }
}
