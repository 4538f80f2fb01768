package io.github.redispatterns.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/** One client connection through a proxy; all of it runs on one event loop. */
final class ProxyLink {

    private final TcpProxy proxy;
    private final Channel client;
    private final Channel server;
    private final Queue<Expected> inFlight = new ArrayDeque<>();
    private boolean lostBytes;

    /** What is to happen to the reply of a request. */
    private enum Expected {
        PASS,
        CUT,
        CUT_FOR_ALL
    }

    ProxyLink(TcpProxy proxy, Channel client, Channel server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
    }

    /** Lets bytes flow. */
    void open() {
        client.pipeline().addLast(new Requests());
        server.pipeline().addLast(new Replies());
        client.config().setAutoRead(true);
        server.config().setAutoRead(true);
    }

    void cut(Cut how) {
        client.eventLoop().execute(() -> end(how));
    }

    private void end(Cut how) {
        server.close();
        how.end(client);
    }

    /** What was swallowed is missing in the stream, which therefore is of no use any more. */
    void cutIfBytesWereLost() {
        client.eventLoop().execute(() -> {
            if (lostBytes) {
                end(Cut.CLOSE);
            }
        });
    }

    /** Reads from one side and writes to the other; the order stays whatever the delays are. */
    private abstract class Pump extends ChannelInboundHandlerAdapter {

        private final Channel to;
        private final Queue<Delayed> delayed = new ArrayDeque<>();
        private long lastDue = System.nanoTime();
        private boolean ending;

        Pump(Channel to) {
            this.to = to;
        }

        /** Looks at the bytes, and shortens them if the link ends with them; then false. */
        abstract boolean goesOnAfter(ByteBuf bytes);

        abstract long delayNanos();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            if (ending || proxy.isHalfOpen()) {
                lostBytes = true;
                bytes.release();
                return;
            }
            ending = !goesOnAfter(bytes);
            ChannelPromise written = to.newPromise();
            if (ending) {
                Cut how = proxy.howToCut();
                written.addListener(done -> end(how));
            }
            forward(new Delayed(bytes, written));
        }

        private void forward(Delayed message) {
            long delay = delayNanos();
            if (delay == 0 && delayed.isEmpty()) {
                write(message);
                return;
            }
            long now = System.nanoTime();
            lastDue = Math.max(0, lastDue - now - delay) + now + delay;
            delayed.add(message);
            // Timers may fire in another order than they were set; whichever does, the oldest bytes go.
            to.eventLoop().schedule(() -> write(delayed.remove()), lastDue - now, TimeUnit.NANOSECONDS);
        }

        private void write(Delayed message) {
            to.writeAndFlush(message.bytes(), message.written());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!proxy.isHalfOpen()) {
                to.close();
            }
        }

        /** A reset by the peer: closes, and {@link #channelInactive} tells the other side. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private record Delayed(ByteBuf bytes, ChannelPromise written) {}

    private final class Requests extends Pump implements RespScanner.Visitor {

        private final RespScanner scanner = new RespScanner();

        Requests() {
            super(server);
        }

        @Override
        boolean goesOnAfter(ByteBuf bytes) {
            scanner.scan(bytes, this);
            return true;
        }

        @Override
        long delayNanos() {
            return proxy.requestDelayNanos();
        }

        @Override
        public boolean begins(char type) {
            return true;
        }

        @Override
        public void ends(List<String> words) {
            boolean repliesArePushed =
                    !words.isEmpty() && words.get(0).toUpperCase(Locale.ROOT).endsWith("SUBSCRIBE");
            if (!repliesArePushed) {
                inFlight.add(expected(words));
            }
        }

        private Expected expected(List<String> words) {
            if (proxy.own().wantsReplyOf(words)) {
                return Expected.CUT;
            }
            return proxy.common().wantsReplyOf(words) ? Expected.CUT_FOR_ALL : Expected.PASS;
        }
    }

    private final class Replies extends Pump implements RespScanner.Visitor {

        private final RespScanner scanner = new RespScanner();
        private boolean pushed;

        Replies() {
            super(client);
        }

        @Override
        boolean goesOnAfter(ByteBuf bytes) {
            int length = scanner.scan(bytes, this);
            if (length == bytes.readableBytes()) {
                return true;
            }
            bytes.writerIndex(bytes.readerIndex() + length);
            (inFlight.peek() == Expected.CUT ? proxy.own() : proxy.common()).cut();
            return false;
        }

        @Override
        long delayNanos() {
            return proxy.replyDelayNanos();
        }

        @Override
        public boolean begins(char type) {
            pushed = type == '>';
            return pushed || inFlight.isEmpty() || inFlight.peek() == Expected.PASS;
        }

        @Override
        public void ends(List<String> words) {
            if (!pushed) {
                inFlight.poll();
            }
        }
    }
}
