package io.github.redispatterns.locks;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A request that waits for its lease; completed with null when it shall wait no more. */
final class Waiter extends CompletableFuture<@Nullable Grant> {

    private final Request request;
    private volatile long askedNanos;
    private volatile long holderLeftMillis;

    Waiter(Request request) {
        this.request = request;
    }

    Request request() {
        return request;
    }

    /** When Redis was last asked, and whatever it grants by message was not granted yet. */
    long askedNanos() {
        return askedNanos;
    }

    void asks(long nowNanos) {
        askedNanos = nowNanos;
    }

    /** How long the holder's lease lasted when it was last looked at. */
    long holderLeftMillis() {
        return holderLeftMillis;
    }

    void holderLeft(long millis) {
        holderLeftMillis = millis;
    }

    /**
     * True if it has a grant that this answer does not contradict: it is the same, or it is a refusal from before. Messages
     * overtake replies, and a fencing token is not less than the server's time.
     */
    boolean isGrantedDespite(Answer answer) {
        Grant grant = isCompletedExceptionally() ? null : getNow(null);
        if (grant == null) {
            return false;
        }
        return answer instanceof Answer.Granted granted
                ? granted.fence() == grant.fence()
                : ((Answer.Refused) answer).serverMicros() < grant.fence();
    }
}
