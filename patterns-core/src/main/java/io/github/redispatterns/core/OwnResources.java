package io.github.redispatterns.core;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import java.util.concurrent.TimeUnit;

/** Threads and timers of one handle of ours. */
final class OwnResources extends DefaultClientResources {

    OwnResources(NettyCustomizer customizer) {
        // Lettuce would measure every command, for listeners that nobody can add.
        super(builder().nettyCustomizer(customizer).commandLatencyRecorder(CommandLatencyRecorder.disabled()));
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
