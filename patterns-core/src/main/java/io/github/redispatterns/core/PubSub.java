package io.github.redispatterns.core;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
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
 * {@linkplain MessageListener#onGap() may have missed messages}.
 *
 * <p><b>Does not guarantee</b>: delivery. Pub/Sub is fire and forget.
 *
 * <p><b>Cost</b>: one connection in all; one {@code SUBSCRIBE} per channel, however many listeners it has; one
 * {@code PING} a second, by which a server that is frozen or cut off is noticed and left.
 *
 * <p><b>Thread safety</b>: safe for concurrent use. Listeners run on the I/O thread, one at a time: they must not block.
 *
 * <p><b>Source</b>: Redis documentation, "Redis Pub/Sub".
 */
public final class PubSub {

    private static final long HEARTBEAT_MILLIS = 1_000;

    private final Driver driver;
    private final RedisOptions options;
    private final CoreMetrics metrics;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Channel> channels = new HashMap<>();
    private @Nullable PubSubLink link;
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
     * @return the subscription, once the server has confirmed it; close it to end it. If it fails nothing stays
     *     subscribed: with {@link NotExecutedException} or {@link ConnectionFailedException} if the server could not be
     *     asked, {@link UnknownOutcomeException} if it did not answer, Lettuce's {@code RedisCommandExecutionException}
     *     if it refused
     */
    public CompletionStage<Subscription> subscribeAsync(String channel, MessageListener listener) {
        Check.text("channel", channel);
        Check.notNull("listener", listener);
        Subscription subscription = new Subscription(this, channel, listener);
        CompletableFuture<@Nullable Void> confirmed;
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(new IllegalStateException("The Redis handle is closed"));
            }
            Channel state = channels.get(channel);
            if (state == null) {
                state = new Channel();
                channels.put(channel, state);
                // Sent under the lock, so that SUBSCRIBE and UNSUBSCRIBE leave in the order of the map's changes.
                request(state, channel);
            }
            state.listeners = Stream.concat(state.listeners.stream(), Stream.of(subscription))
                    .toList();
            confirmed = state.confirmed;
        } finally {
            lock.unlock();
        }
        return confirmed.handle((ok, failure) -> failure).thenCompose(failure -> {
            if (failure == null) {
                return CompletableFuture.completedFuture(subscription);
            }
            subscription.close();
            return CompletableFuture.failedFuture(told(Sync.unwrap(failure)));
        });
    }

    /**
     * Subscribes to a channel and waits for the server's confirmation.
     *
     * @param channel the channel, from {@link KeySpace#channel}
     * @param listener what to call
     * @return the subscription; close it to end it
     * @throws NotExecutedException if the server could not be asked
     * @throws ConnectionFailedException if no connection could be opened
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
                if (link != null && !closed) {
                    link.unsubscribe(subscription.channel());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        PubSubLink open;
        lock.lock();
        try {
            closed = true;
            channels.clear();
            open = link;
        } finally {
            lock.unlock();
        }
        if (open != null) {
            open.closeNow();
        }
    }

    /** Under the lock. */
    private void request(Channel state, String channel) {
        PubSubLink current = link;
        if (current == null) {
            current = new PubSubLink(driver, options, new Dispatcher());
            link = current;
            watch(current);
        }
        current.subscribe(channel).whenComplete((ok, failure) -> {
            if (failure != null) {
                state.confirmed.completeExceptionally(failure); // no effect on a channel that once was confirmed
            }
        });
    }

    /** TCP does not tell of a server that is frozen or cut off, nor that another has taken its place. */
    private void watch(PubSubLink watched) {
        CompletableFuture.delayedExecutor(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> {
                    if (isCurrent(watched)) {
                        watched.ping().whenCompleteAsync((pong, failure) -> {
                            // While Lettuce itself reconnects, it refuses commands: let it.
                            if (failure == null || Failure.of(Sync.unwrap(failure)) == Failure.NOT_EXECUTED) {
                                watch(watched);
                            } else {
                                replace(watched);
                            }
                        });
                    }
                });
    }

    private void replace(PubSubLink dead) {
        lock.lock();
        try {
            if (closed || link != dead) {
                return;
            }
            link = null;
            channels.forEach((name, state) -> request(state, name));
        } finally {
            lock.unlock();
        }
        dead.close();
    }

    private boolean isCurrent(PubSubLink candidate) {
        lock.lock();
        try {
            return !closed && link == candidate;
        } finally {
            lock.unlock();
        }
    }

    /** Its last listener left while the connection was down, and Lettuce has subscribed it again since. */
    private void unsubscribeAgain(String channel) {
        lock.lock();
        try {
            if (!channels.containsKey(channel) && link != null && !closed) {
                link.unsubscribe(channel);
            }
        } finally {
            lock.unlock();
        }
    }

    private static Throwable told(Throwable failure) {
        return switch (Failure.of(failure)) {
            case ANSWERED -> failure;
            case NOT_EXECUTED -> new NotExecutedException("The subscription was refused", failure);
            case UNKNOWN -> new UnknownOutcomeException("The subscription was not confirmed", failure);
        };
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
            if (state == null) {
                unsubscribeAgain(channel);
                return;
            }
            if (state.confirmed.complete(null)) {
                return;
            }
            // Confirmed once before: the channel was subscribed again over a new connection.
            metrics.gap();
            state.listeners.forEach(Subscription::deliverGap);
        }
    }
}
