package io.github.redispatterns.core;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one {@link Redis} handle, which share one connection.
 *
 * <p><b>Guarantees</b>: a listener hears every message that the server sends on its channel while the connection is up,
 * in order. After every loss of the connection the channel is subscribed again, and then the listener is told that it
 * {@linkplain MessageListener#mayHaveMissed() may have missed messages}.
 *
 * <p><b>Does not guarantee</b>: delivery. Pub/Sub is fire and forget, and a link that is dead but not closed is noticed
 * only by TCP keep-alive.
 *
 * <p><b>Cost</b>: one connection in all; one {@code SUBSCRIBE} per channel, however many listeners it has.
 *
 * <p><b>Thread safety</b>: safe for concurrent use. Listeners run on the I/O thread, one at a time: they must not block.
 *
 * <p><b>Source</b>: Redis documentation, "Redis Pub/Sub".
 */
public final class PubSub {

    private final Driver driver;
    private final RedisOptions options;
    private final CoreMetrics metrics;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Channel> channels = new HashMap<>();
    private @Nullable CompletableFuture<? extends StatefulRedisPubSubConnection<String, byte[]>> connection;
    private boolean closed;

    PubSub(Driver driver, RedisOptions options, CoreMetrics metrics) {
        this.driver = driver;
        this.options = options;
        this.metrics = metrics;
    }

    /**
     * Subscribes to a channel.
     *
     * @param channel the channel, from {@link KeySpace#channel}
     * @param listener what to call
     * @return the subscription, once the server has confirmed it; close it to end it. Fails with
     *     {@link UnknownOutcomeException} if no confirmation came in time, and then nothing stays subscribed
     */
    public CompletionStage<Subscription> subscribeAsync(String channel, MessageListener listener) {
        Check.text("channel", channel);
        Check.notNull("listener", listener);
        Subscription subscription;
        CompletableFuture<@Nullable Void> confirmed;
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("The Redis handle is closed");
            }
            Channel state = channels.get(channel);
            if (state == null) {
                state = new Channel();
                channels.put(channel, state);
                // Sent under the lock, so that SUBSCRIBE and UNSUBSCRIBE leave in the order of the map's changes.
                CompletableFuture<@Nullable Void> reply = state.confirmed;
                connection()
                        .thenCompose(open -> open.async().subscribe(channel))
                        .orTimeout(options.connectTimeout().toNanos(), TimeUnit.NANOSECONDS)
                        .whenComplete((ok, failure) -> {
                            if (failure != null) {
                                reply.completeExceptionally(new UnknownOutcomeException(
                                        "SUBSCRIBE was not confirmed", Sync.unwrap(failure)));
                            }
                        });
            }
            subscription = new Subscription(this, channel, listener);
            state.listeners = append(state.listeners, subscription);
            confirmed = state.confirmed;
        } finally {
            lock.unlock();
        }
        return confirmed.handle((ok, failure) -> {
            if (failure == null) {
                return subscription;
            }
            subscription.close();
            throw asRuntime(Sync.unwrap(failure));
        });
    }

    /**
     * Subscribes to a channel and waits for the server's confirmation.
     *
     * @param channel the channel, from {@link KeySpace#channel}
     * @param listener what to call
     * @return the subscription; close it to end it
     * @throws UnknownOutcomeException if no confirmation came in time; then nothing stays subscribed
     */
    public Subscription subscribe(String channel, MessageListener listener) {
        return Sync.await(subscribeAsync(channel, listener));
    }

    void remove(Subscription subscription) {
        lock.lock();
        try {
            Channel state = channels.get(subscription.channel());
            if (state == null) {
                return;
            }
            state.listeners = state.listeners.stream()
                    .filter(each -> each != subscription)
                    .toList();
            if (state.listeners.isEmpty()) {
                channels.remove(subscription.channel());
                if (connection != null && !closed) {
                    connection.thenAccept(open -> open.async().unsubscribe(subscription.channel()));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        CompletableFuture<? extends StatefulRedisPubSubConnection<String, byte[]>> open;
        lock.lock();
        try {
            closed = true;
            channels.clear();
            open = connection;
        } finally {
            lock.unlock();
        }
        if (open != null && !open.isCompletedExceptionally()) {
            open.thenAccept(StatefulRedisPubSubConnection::close);
        }
    }

    private CompletableFuture<? extends StatefulRedisPubSubConnection<String, byte[]>> connection() {
        CompletableFuture<? extends StatefulRedisPubSubConnection<String, byte[]>> current = connection;
        if (current == null || current.isCompletedExceptionally()) {
            current = driver.connectPubSub().thenApply(open -> {
                open.addListener(new Dispatcher());
                return open;
            });
            connection = current;
        }
        return current;
    }

    private static List<Subscription> append(List<Subscription> list, Subscription added) {
        return Stream.concat(list.stream(), Stream.of(added)).toList();
    }

    private static RuntimeException asRuntime(Throwable failure) {
        return failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
    }

    private @Nullable Channel channel(String name) {
        lock.lock();
        try {
            return channels.get(name);
        } finally {
            lock.unlock();
        }
    }

    /** One channel's listeners, replaced as a whole so that the I/O thread reads them without the lock. */
    private static final class Channel {

        final CompletableFuture<@Nullable Void> confirmed = new CompletableFuture<>();
        volatile List<Subscription> listeners = List.of();
    }

    private final class Dispatcher extends RedisPubSubAdapter<String, byte[]> {

        @Override
        public void message(String channel, byte[] message) {
            Channel state = channel(channel);
            if (state != null) {
                state.listeners.forEach(each -> each.deliver(message));
            }
        }

        @Override
        public void subscribed(String channel, long count) {
            Channel state = channel(channel);
            if (state == null || state.confirmed.complete(null)) {
                return;
            }
            // Confirmed once before: Lettuce has subscribed again after a reconnect.
            metrics.gap();
            state.listeners.forEach(Subscription::deliverGap);
        }
    }
}
