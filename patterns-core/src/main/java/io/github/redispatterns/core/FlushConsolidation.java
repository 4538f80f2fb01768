package io.github.redispatterns.core;

import io.lettuce.core.protocol.CommandEncoder;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets a Lettuce connection send what has piled up with one system call, where it makes one for each command. Handles that
 * make their own client have it; for a client of yours, give it to {@code ClientResources.builder().nettyCustomizer(…)}.
 *
 * <p><b>Guarantees</b>: commands keep their order, and a lone command is flushed at once. Lettuce flushes after every
 * write; here a flush becomes a task behind the writes that the I/O thread already has before it or, while replies are
 * being read, one flush at their end. Nobody waits for a clock. Scripts keep the server for longer, so of those that
 * threads send it is given one, then two, four, up to 32, and after replies one again: it works on the first while the
 * others are made.
 *
 * <p><b>Cost</b>: one handler and, for what does not go out at once, one more task of the I/O thread.
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

    /** This thread's, while it reads replies. */
    private static final FastThreadLocal<@Nullable ChannelHandlerContext> READING = new FastThreadLocal<>();

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
        ChannelHandlerContext encoder = pipeline.context(CommandEncoder.class);
        if (encoder == null || pipeline.get(FlushConsolidationHandler.class) != null) {
            return; // not Lettuce's, or the caller's own
        }
        // Above it and TLS: there a command can still be told from a script.
        pipeline.addAfter(encoder.name(), null, new Consolidation());
    }

    /**
     * Sends what a continuation of a reply has written to the connection of that reply now, and not when all replies at hand
     * have been read; elsewhere it does nothing. It is for who then does what may take long, such as to wake many threads.
     */
    public static void flushEarly() {
        ChannelHandlerContext reading = READING.getIfExists();
        if (reading != null) {
            reading.flush();
        }
    }

    private static final class Consolidation extends FlushConsolidationHandler {

        private static final Set<ProtocolKeyword> SCRIPTS = Set.of(
                CommandType.EVAL,
                CommandType.EVAL_RO,
                CommandType.EVALSHA,
                CommandType.EVALSHA_RO,
                CommandType.FCALL,
                CommandType.FCALL_RO);

        /** Written since replies were read, and not yet flushed because there were so many. */
        private int scripts;

        /** So many are flushed: doubled each time, and one again when replies have been read. */
        private int mostScripts = 1;

        Consolidation() {
            super(MOST_TOGETHER, true);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            READING.set(context);
            try {
                super.channelRead(context, message);
            } finally {
                READING.set(null);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) throws Exception {
            scripts = 0;
            mostScripts = 1;
            super.channelReadComplete(context);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            if (message instanceof RedisCommand<?, ?, ?> command && SCRIPTS.contains(command.getType())) {
                scripts++;
            }
            super.write(context, message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext context) throws Exception {
            if (isMuch(context.channel())) {
                context.flush(); // the one that is planned then finds nothing
            } else if (scripts >= mostScripts && READING.getIfExists() == null) {
                scripts = 0;
                mostScripts = Math.min(2 * mostScripts, MOST_TOGETHER);
                context.flush();
            } else {
                super.flush(context);
            }
        }

        private static boolean isMuch(Channel channel) {
            return channel.config().getWriteBufferHighWaterMark() - channel.bytesBeforeUnwritable() >= MOST_BYTES;
        }
    }
}
