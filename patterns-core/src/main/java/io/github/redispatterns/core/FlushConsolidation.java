package io.github.redispatterns.core;

import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;

/**
 * Lets a Lettuce connection send what has piled up with one system call, where it makes one for each command. Handles that
 * make their own client have it; for a client of yours, give it to {@code ClientResources.builder().nettyCustomizer(…)}.
 *
 * <p><b>Guarantees</b>: commands keep their order, and a lone command is flushed at once. Lettuce flushes after every
 * write; here a flush becomes a task behind the writes that the I/O thread already has before it or, while replies are
 * being read, one flush at their end. Nobody waits for a clock.
 *
 * <p><b>Cost</b>: one handler and, for a lone command, one more task of the I/O thread.
 *
 * <p><b>Thread safety</b>: immutable; one instance may serve many clients.
 *
 * <p><b>Source</b>: netty, {@code FlushConsolidationHandler}.
 */
public final class FlushConsolidation implements NettyCustomizer {

    /** So many commands at most go out together: with more of them the server would have to wait for the first. */
    private static final int MOST_TOGETHER = 32;

    /**
     * Nor more bytes, since with them the server has something to do: 100 keys of an {@code MGET} are 2 kB, and what is
     * pending counts netty's own 96 for each command.
     */
    private static final int MOST_BYTES = 8_000;

    private final NettyCustomizer others;

    /** Consolidates flushes, and leaves all else as it is. */
    public FlushConsolidation() {
        this(DefaultClientResources.DEFAULT_NETTY_CUSTOMIZER);
    }

    FlushConsolidation(NettyCustomizer others) {
        this.others = others;
    }

    @Override
    public void afterBootstrapInitialized(Bootstrap bootstrap) {
        others.afterBootstrapInitialized(bootstrap);
    }

    @Override
    public void afterChannelInitialized(Channel channel) {
        others.afterChannelInitialized(channel);
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(FlushConsolidationHandler.class) != null) {
            return; // the caller's own
        }
        Consolidation consolidation = new Consolidation();
        ChannelHandlerContext tls = pipeline.context(SslHandler.class);
        if (tls == null) {
            pipeline.addFirst(consolidation);
        } else { // above it, so that what goes out together is also encrypted together
            pipeline.addAfter(tls.name(), null, consolidation);
        }
    }

    private static final class Consolidation extends FlushConsolidationHandler {

        Consolidation() {
            super(MOST_TOGETHER, true);
        }

        @Override
        public void flush(ChannelHandlerContext context) throws Exception {
            Channel channel = context.channel();
            if (channel.config().getWriteBufferHighWaterMark() - channel.bytesBeforeUnwritable() >= MOST_BYTES) {
                context.flush(); // the one that is planned then finds nothing
            } else {
                super.flush(context);
            }
        }
    }
}
