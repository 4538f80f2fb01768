package io.github.redispatterns.ratelimit;

import io.github.resilience4j.core.EventConsumer;
import io.github.resilience4j.core.EventProcessor;
import io.github.resilience4j.ratelimiter.RateLimiter.EventPublisher;
import io.github.resilience4j.ratelimiter.event.RateLimiterEvent;
import io.github.resilience4j.ratelimiter.event.RateLimiterOnFailureEvent;
import io.github.resilience4j.ratelimiter.event.RateLimiterOnSuccessEvent;

/** Who wants to hear of a {@link Resilience4jRateLimiter}'s decisions. */
final class Resilience4jEvents extends EventProcessor<RateLimiterEvent> implements EventPublisher {

    void publish(RateLimiterEvent event) {
        if (hasConsumers()) {
            processEvent(event);
        }
    }

    @Override
    public EventPublisher onSuccess(EventConsumer<RateLimiterOnSuccessEvent> consumer) {
        registerConsumer(RateLimiterOnSuccessEvent.class.getName(), consumer);
        return this;
    }

    @Override
    public EventPublisher onFailure(EventConsumer<RateLimiterOnFailureEvent> consumer) {
        registerConsumer(RateLimiterOnFailureEvent.class.getName(), consumer);
        return this;
    }
}
