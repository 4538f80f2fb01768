package io.github.redispatterns.core;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import org.jspecify.annotations.Nullable;

/** The core's own meters: {@code redis.patterns.core.*}. Without a registry they count nowhere. */
final class CoreMetrics {

    private final MeterRegistry registry;
    private final Counter retries;
    private final Counter notExecuted;
    private final Counter unknown;
    private final Counter scriptLoads;
    private final Counter gaps;

    CoreMetrics(@Nullable MeterRegistry given) {
        registry = given == null ? new CompositeMeterRegistry() : given;
        retries = registry.counter("redis.patterns.core.retries");
        notExecuted = registry.counter("redis.patterns.core.failures", "outcome", "not-executed");
        unknown = registry.counter("redis.patterns.core.failures", "outcome", "unknown");
        scriptLoads = registry.counter("redis.patterns.core.script.loads");
        gaps = registry.counter("redis.patterns.core.pubsub.gaps");
    }

    MeterRegistry registry() {
        return registry;
    }

    void retried() {
        retries.increment();
    }

    void failed(PatternsException failure) {
        (failure instanceof UnknownOutcomeException ? unknown : notExecuted).increment();
    }

    void scriptLoaded() {
        scriptLoads.increment();
    }

    void gap() {
        gaps.increment();
    }
}
