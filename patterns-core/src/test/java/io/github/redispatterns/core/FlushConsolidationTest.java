package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandEncoder;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlushConsolidationTest {

    private final FlushConsolidation customizer = new FlushConsolidation();
    private final Network network = new Network();
    private final EmbeddedChannel channel = new EmbeddedChannel() {
        @Override
        public long bytesBeforeUnwritable() {
            return super.bytesBeforeUnwritable() - network.pendingBytes;
        }
    };

    @BeforeEach
    void likeLettuce() {
        channel.pipeline().addLast("encoder", new CommandEncoder());
    }

    @AfterEach
    void release() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aLoneCommandGoesOutInTheSameTurn() {
        open();
        channel.pipeline().writeAndFlush("command");
        assertThat(network.flushedAt).isEmpty();
        channel.runPendingTasks(); // what is due now: no clock is waited for
        assertThat(network.flushedAt).containsExactly(1);
    }

    @Test
    void whatIsWrittenInOneTurnGoesOutTogetherAndInOrder() {
        open();
        for (int i = 0; i < 20; i++) {
            channel.pipeline().writeAndFlush(i);
        }
        channel.runPendingTasks();
        assertThat(network.flushedAt).containsExactly(20);
        assertThat(network.written).isEqualTo(IntStream.range(0, 20).boxed().toList());
    }

    @Test
    void aLongQueueGoesOutInParts() {
        open();
        for (int i = 0; i < 70; i++) {
            channel.pipeline().writeAndFlush(i);
        }
        channel.runPendingTasks();
        assertThat(network.flushedAt).containsExactly(32, 64, 70);
    }

    @Test
    void muchDoesNotWaitForMore() {
        open();
        for (int i = 0; i < 8; i++) {
            channel.pipeline().writeAndFlush(new byte[3_000]);
        }
        assertThat(network.flushedAt).containsExactly(3, 6);
        channel.runPendingTasks();
        assertThat(network.flushedAt).containsExactly(3, 6, 8);
    }

    /** A reply's handler may send: that goes out when the replies at hand have been read. */
    @Test
    void whatIsWrittenWhileRepliesAreReadGoesOutAtTheirEnd() {
        onEachReply((context, reply) -> context.writeAndFlush("after " + reply));
        open();
        channel.pipeline().fireChannelRead(1).fireChannelRead(2).fireChannelRead(3);
        assertThat(network.flushedAt).isEmpty();
        channel.pipeline().fireChannelReadComplete();
        assertThat(network.flushedAt).containsExactly(3);
    }

    @Test
    void theServerIsGivenOneScriptAndThenMore() {
        open();
        for (int i = 0; i < 20; i++) {
            channel.pipeline().writeAndFlush(script());
        }
        assertThat(network.flushedAt).containsExactly(1, 3, 7, 15);
        channel.runPendingTasks();
        assertThat(network.flushedAt).containsExactly(1, 3, 7, 15, 20);
    }

    @Test
    void aScriptWaitsForNothingAfterReplies() {
        open();
        for (int i = 0; i < 3; i++) {
            channel.pipeline().writeAndFlush(script());
        }
        channel.pipeline().fireChannelRead("reply").fireChannelReadComplete();
        network.flushedAt.clear();
        channel.pipeline().writeAndFlush(script());
        assertThat(network.flushedAt).containsExactly(4);
    }

    @Test
    void scriptsThatAreMadeWhileRepliesAreReadGoOutAtTheirEnd() {
        onEachReply((context, reply) -> context.writeAndFlush(script()));
        open();
        channel.pipeline().fireChannelRead(1).fireChannelRead(2).fireChannelRead(3);
        assertThat(network.flushedAt).isEmpty();
        channel.pipeline().fireChannelReadComplete();
        assertThat(network.flushedAt).containsExactly(3);
        channel.pipeline().writeAndFlush("no script");
        assertThat(network.flushedAt).containsExactly(3);
    }

    @Test
    void whoHasMuchToDoAfterAReplyFlushesFirst() {
        onEachReply((context, reply) -> {
            context.writeAndFlush("after " + reply);
            if (reply.equals(2)) {
                FlushConsolidation.flushEarly();
            }
        });
        open();
        channel.pipeline().fireChannelRead(1);
        assertThat(network.flushedAt).isEmpty();
        channel.pipeline().fireChannelRead(2);
        assertThat(network.flushedAt).containsExactly(2);
        channel.pipeline().fireChannelRead(3).fireChannelReadComplete();
        assertThat(network.flushedAt).containsExactly(2, 3);
    }

    @Test
    void elsewhereThatDoesNothing() {
        open();
        FlushConsolidation.flushEarly();
        channel.pipeline().fireChannelRead(1);
        channel.pipeline().writeAndFlush("command");
        FlushConsolidation.flushEarly();
        assertThat(network.flushedAt).isEmpty();
    }

    @Test
    void aChannelThatIsNotLettucesStaysAsItIs() {
        EmbeddedChannel other = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
        customizer.afterChannelInitialized(other);
        assertThat(other.pipeline().get(FlushConsolidationHandler.class)).isNull();
        other.finishAndReleaseAll();
    }

    @Test
    void standsAboveTheEncoderAndTls() throws NoSuchAlgorithmException {
        SslHandler tls = new SslHandler(SSLContext.getDefault().createSSLEngine());
        channel.pipeline().addFirst(tls);
        customizer.afterChannelInitialized(channel);
        List<ChannelHandler> order = new ArrayList<>();
        channel.pipeline().forEach(entry -> order.add(entry.getValue()));
        assertThat(order.get(0)).isSameAs(tls);
        assertThat(order.get(1)).isInstanceOf(CommandEncoder.class);
        assertThat(order.get(2)).isInstanceOf(FlushConsolidationHandler.class);
    }

    @Test
    void theCallersOwnCustomizerIsAskedToo() {
        List<Channel> asked = new ArrayList<>();
        new FlushConsolidation(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel opened) {
                        asked.add(opened);
                    }
                })
                .afterChannelInitialized(channel);
        assertThat(asked).containsExactly(channel);
    }

    private void open() {
        customizer.afterChannelInitialized(channel);
        channel.pipeline().addAfter("encoder", null, network);
    }

    private void onEachReply(BiConsumer<ChannelHandlerContext, Object> handler) {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object reply) {
                handler.accept(context, reply);
            }
        });
    }

    private static RedisCommand<String, String, String> script() {
        return new Command<>(CommandType.EVALSHA, null);
    }

    /** Keeps what is written, and notes after how many writes each flush came. */
    private static final class Network extends ChannelOutboundHandlerAdapter {

        private final List<Object> written = new ArrayList<>();
        private final List<Integer> flushedAt = new ArrayList<>();
        private long pendingBytes;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            written.add(message);
            pendingBytes += message instanceof byte[] bytes ? bytes.length : 0;
            promise.setSuccess();
        }

        @Override
        public void flush(ChannelHandlerContext context) {
            flushedAt.add(written.size());
            pendingBytes = 0;
        }
    }
}
