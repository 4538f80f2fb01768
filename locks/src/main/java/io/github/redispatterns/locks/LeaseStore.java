package io.github.redispatterns.locks;

import io.github.redispatterns.core.DedicatedConnection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The atomic steps of one kind of lock. A step whose reply was lost may be taken again. */
interface LeaseStore {

    /** In place of a channel: does not wait. */
    String NOBODY = "";

    /** Takes the lock, else waits for it and hears of it on the channel, unless that is {@link #NOBODY}. */
    CompletionStage<Answer> acquire(Request request, String channel);

    /** Keeps those in the queue who hear on the channel, and hands over what nobody holds any more. */
    CompletionStage<Sighting> watch(String key, String channel);

    /** False if the lease has ended. */
    CompletionStage<Boolean> extend(Request request, Duration ttl);

    /** Whether {@link #replicate} works. */
    default boolean replicates() {
        return false;
    }

    /** Writes the lease once more, over this connection, and says how many replicas have acknowledged that; 0 if it has ended. */
    default CompletionStage<Integer> replicate(
            Request request, DedicatedConnection<byte[], byte[]> connection, int replicas, Duration within) {
        throw new UnsupportedOperationException("replicas: this kind of lock cannot wait for them");
    }

    /** Those who wait on its channel are told in replies to releases; without it all are told by message. */
    default void handsOn(Handover to) {}

    /** Ends the lease, or the wait; nobody gets what is kept. False if there was no lease any more. */
    CompletionStage<Boolean> release(Request request, Duration keep);
}
