package io.github.redispatterns.core;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.resource.ClientResources;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Ends commands within a few of its ticks after their timeout. Lettuce's own timer ticks every 100 ms, which is the whole
 * of what a call may be late.
 */
final class FineTimer extends HashedWheelTimer {

    private static final long TICK_MILLIS = 10;

    private FineTimer() {
        super(new DefaultThreadFactory("lettuce-timer", true), TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Threads and timers for one handle of ours; ended by {@link #shutdown}. */
    static ClientResources resources() {
        return ClientResources.builder().timer(new FineTimer()).build();
    }

    /** Ends a client of ours, and its resources unless they are the caller's. */
    static void shutdown(AbstractRedisClient client) {
        ClientResources resources = client.getResources();
        client.shutdown(0, 2, TimeUnit.SECONDS);
        if (resources.timer() instanceof FineTimer timer) {
            resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
            timer.stop();
        }
    }
}
