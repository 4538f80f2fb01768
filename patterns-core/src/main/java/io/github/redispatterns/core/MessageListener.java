package io.github.redispatterns.core;

/**
 * Hears the messages of one Pub/Sub channel.
 *
 * <p><b>Thread safety</b>: called on an I/O thread, one call at a time; must not block. An exception is logged and does
 * not end the subscription.
 */
public interface MessageListener {

    /**
     * A message came.
     *
     * @param message its bytes
     */
    void onMessage(byte[] message);

    /**
     * The connection was lost and the channel has just been subscribed again: whatever was published in between was
     * missed. Read the source of truth, or drop what was built from the messages.
     */
    void onGap();
}
