package io.github.redispatterns.benchmarks.peers;

import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import java.util.concurrent.TimeUnit;

/** A Lettuce client for a peer that wants one, with the threads that it runs on. */
record LettucePeerClient(RedisClient client, ClientResources resources) implements AutoCloseable {

    private static final long LIMIT_SECONDS = 5;

    @Override
    public void close() {
        client.shutdown();
        end(resources);
    }

    static void end(ClientResources resources) {
        resources.shutdown(0, LIMIT_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
