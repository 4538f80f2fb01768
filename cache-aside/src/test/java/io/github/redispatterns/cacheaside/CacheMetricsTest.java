package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CacheMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    /** Else they would go on showing the first one, which is gone. */
    @Test
    void theNextCacheOfANameHasItsOwnGauges() {
        CacheMetrics first = new CacheMetrics(registry, "name");
        first.gauge("removals.pending", new AtomicInteger(1), AtomicInteger::get);
        CacheMetrics other = new CacheMetrics(registry, "another");
        other.gauge("removals.pending", new AtomicInteger(3), AtomicInteger::get);
        first.close();
        AtomicInteger mine = new AtomicInteger(2);
        new CacheMetrics(registry, "name").gauge("removals.pending", mine, AtomicInteger::get);
        assertThat(gauge("name")).isEqualTo(2);
        assertThat(registry.find("redis.patterns.cacheaside.removals.pending").gauges())
                .hasSize(2);
    }

    private double gauge(String cache) {
        return registry.get("redis.patterns.cacheaside.removals.pending")
                .tag("cache", cache)
                .gauge()
                .value();
    }
}
