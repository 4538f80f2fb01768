package io.github.redispatterns.benchmarks.peers;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import org.redisson.client.NettyHook;

/** Gives Redisson, by a hook of its own, what {@code FlushConsolidation} gives Lettuce, in parts twice as large. */
final class ConsolidatingHook implements NettyHook {

    private static final int MOST_TOGETHER = 64;
    private static final boolean ALSO_WHEN_NOTHING_IS_READ = true;

    @Override
    public void afterBoostrapInitialization(Bootstrap bootstrap) {}

    @Override
    public void afterChannelInitialization(Channel channel) {
        channel.pipeline().addFirst(new FlushConsolidationHandler(MOST_TOGETHER, ALSO_WHEN_NOTHING_IS_READ));
    }
}
