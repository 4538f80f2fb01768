package io.github.redispatterns.core;

import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One pub/sub connection, open or still being opened; whatever is sent before it is open is sent then, in order. */
final class PubSubLink {

    private final CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> connection;
    private final Duration timeout;

    PubSubLink(Driver driver, RedisOptions options, RedisPubSubListener<String, byte[]> listener) {
        this.timeout = options.commandTimeout();
        CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> opened =
                Connector.within(driver::connectPubSub, driver.address(), options.connectTimeout());
        this.connection = opened.thenApply(open -> {
            open.addListener(listener);
            return open;
        });
    }

    /** Completes once the request is answered; the confirmation itself comes to the listener. */
    CompletableFuture<@Nullable Void> subscribe(String channel) {
        return connection.thenCompose(open -> open.async().subscribe(channel));
    }

    void unsubscribe(String channel) {
        connection.thenAccept(open -> open.async().unsubscribe(channel));
    }

    /** Fails if the server does not answer in time, though its connection may seem open. */
    CompletableFuture<String> ping() {
        return connection.thenCompose(open -> open.async().ping()).orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    void close() {
        connection.thenAccept(StatefulRedisPubSubConnection::closeAsync);
    }

    /** For {@link Redis#close}, which ends the threads that would close it later. */
    void closeNow() {
        if (connection.isDone() && !connection.isCompletedExceptionally()) {
            connection.join().close();
        } else {
            close();
        }
    }
}
