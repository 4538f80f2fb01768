package io.github.redispatterns.testkit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;

/** How a client learns that {@link TcpProxy} has cut its connection. */
public enum Cut {

    /** By FIN, as from a server that ends in order: the client reads the end of the stream. */
    CLOSE,

    /**
     * By RST, as from a host that knows nothing of the connection: the client reads "Connection reset". On some
     * platforms (not Linux) that also discards what the client had received but not yet read.
     */
    RESET;

    /** To be called on the channel's event loop, so that nothing else closes it in between. */
    void end(Channel client) {
        try {
            if (this == RESET && client.isOpen()) {
                client.config().setOption(ChannelOption.SO_LINGER, 0);
            }
        } finally {
            client.close();
        }
    }
}
