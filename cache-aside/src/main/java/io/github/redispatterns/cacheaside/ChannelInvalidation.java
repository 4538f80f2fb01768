package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Event;
import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.MessageListener;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Subscription;
import io.github.redispatterns.core.Sync;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Invalidates what is named on a Pub/Sub channel: each message is a key of the cache, in UTF-8.
 *
 * <p><b>Guarantees</b>: every message that arrives does what {@link CacheAside#invalidateAsync} does. One that is no key
 * is counted and left alone.
 *
 * <p><b>Does not guarantee</b>: that messages arrive. Pub/Sub is fire and forget: what is published while the connection
 * is down, or while no process listens, is lost, and then the time to live is the bound. After each loss of the connection
 * a gap is counted. Where that is not enough, use {@link StreamInvalidation}.
 *
 * <p><b>Cost</b>: one subscription on the connection that all subscriptions of the handle share; one script per message.
 * One process that listens is enough for the fleet; more of them repeat what the first has done.
 *
 * <p><b>Keys</b>: none. The channel is not the cache's: it is taken as it is given.
 *
 * <p><b>Thread safety</b>: safe for concurrent use.
 *
 * <p><b>Source</b>: Redis documentation, "Redis Pub/Sub".
 */
public final class ChannelInvalidation implements AutoCloseable {

    private final Subscription subscription;

    private ChannelInvalidation(Subscription subscription) {
        this.subscription = subscription;
    }

    /**
     * Begins to listen, and waits until the server has confirmed it.
     *
     * @param redis where the channel is; may be another deployment than the cache's
     * @param channel the channel's whole name
     * @param cache what to invalidate
     * @return the listener; close it
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws io.github.redispatterns.core.PatternsException if it could not be confirmed that it listens; then it does
     *     not
     * @throws io.lettuce.core.RedisCommandExecutionException if the server refused it
     */
    public static ChannelInvalidation listen(Redis redis, String channel, CacheAside<?> cache) {
        return Sync.await(listenAsync(redis, channel, cache));
    }

    /**
     * Begins to listen.
     *
     * @param redis where the channel is; may be another deployment than the cache's
     * @param channel the channel's whole name
     * @param cache what to invalidate
     * @return the listener, once the server has confirmed it; close it. Fails as {@link #listen} does
     */
    public static CompletionStage<ChannelInvalidation> listenAsync(Redis redis, String channel, CacheAside<?> cache) {
        Check.notNull("redis", redis);
        Check.text("channel", channel);
        Check.notNull("cache", cache);
        Consumer<Event> events = cache.parts().metrics().events(CacheMetrics.Feed.CHANNEL);
        return redis.pubSub()
                .subscribeAsync(channel, new Listener(cache, events))
                .thenApply(ChannelInvalidation::new);
    }

    /** Ends the subscription; a message that is on its way may still be carried out. Idempotent. */
    @Override
    public void close() {
        subscription.close();
    }

    private record Listener(CacheAside<?> cache, Consumer<Event> events) implements MessageListener {

        @Override
        public void onMessage(byte[] message) {
            String key = EventKey.of(message);
            if (key == null) {
                events.accept(Event.SKIPPED);
                return;
            }
            cache.invalidateAsync(key)
                    .whenComplete((outcome, failure) -> events.accept(
                            failure != null
                                    ? Event.SKIPPED
                                    : outcome == WriteOutcome.PENDING ? Event.PENDING : Event.INVALIDATED));
        }

        @Override
        public void onGap() {
            events.accept(Event.GAP);
        }
    }
}
