package io.github.redispatterns.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * One listener on one channel, until closed.
 *
 * <p><b>Thread safety</b>: safe for concurrent use.
 */
public final class Subscription implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Subscription.class.getName());

    private final PubSub pubSub;
    private final String channel;
    private final MessageListener listener;

    Subscription(PubSub pubSub, String channel, MessageListener listener) {
        this.pubSub = pubSub;
        this.channel = channel;
        this.listener = listener;
    }

    /** Ends the subscription; a message already on its way may still be heard. Idempotent. */
    @Override
    public void close() {
        pubSub.remove(this);
    }

    String channel() {
        return channel;
    }

    void deliver(byte[] message) {
        try {
            listener.onMessage(message);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "A message listener failed; it stays subscribed", e);
        }
    }

    void deliverGap() {
        try {
            listener.onGap();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "A message listener failed; it stays subscribed", e);
        }
    }
}
