package io.github.redispatterns.core;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import java.util.concurrent.TimeUnit;

/** Threads and timers of one handle of ours. */
final class OwnResources extends DefaultClientResources {

    /** The longest pause between two tries to connect; Lettuce's own grows to 30 s, long after a server is back. */
    private static final long MAX_RECONNECT_MILLIS = 1_000;

    private static final int RECONNECT_GROWTH = 2;

    OwnResources(NettyCustomizer customizer) {
        super(builder()
                .nettyCustomizer(customizer)
                .reconnectDelay(Delay.exponential(0, MAX_RECONNECT_MILLIS, TimeUnit.MILLISECONDS, RECONNECT_GROWTH))
                // Lettuce would measure every command, for listeners that nobody can add.
                .commandLatencyRecorder(CommandLatencyRecorder.disabled()));
    }

    /** Ends a client of ours, and its resources unless they are the caller's. */
    static void shutdown(AbstractRedisClient client) {
        client.shutdown(0, 2, TimeUnit.SECONDS);
        shutdown(client.getResources());
    }

    /** Ends resources, unless they are the caller's. */
    static void shutdown(ClientResources resources) {
        if (resources instanceof OwnResources) {
            resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
