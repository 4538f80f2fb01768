package io.github.redispatterns.locks;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.MessageListener;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.PubSub;
import io.github.redispatterns.core.Subscription;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait in this lock object, whichever lock they wait for. Whoever releases a lock hands it to the next in its
 * queue and says so on the channel of that one's lock object, one subscription for all; within the lock object the reply
 * to the release says it. Each {@link Line} looks at its lock now and then, in case a message was lost.
 */
final class Queue implements AutoCloseable {

    /** A process that has not looked for so long counts as dead: its waiters lose their places. */
    static final Duration ALIVE = Duration.ofSeconds(5);

    private static final String CHANNEL = "grant-";
    private static final int MESSAGE_PARTS = 5;

    private final PubSub pubSub;
    private final LeaseStore store;
    private final Claims claims;
    private final LockMetrics metrics;
    private final String channel;
    private final MessageListener listener = new Listener();
    private final AtomicReference<@Nullable CompletableFuture<Subscription>> subscription = new AtomicReference<>();
    /** By key and request token. */
    private final ConcurrentMap<String, Waiter> waiters = new ConcurrentHashMap<>();
    /** By key; changed in {@code compute} alone, so that a line that ends takes nobody with it. */
    private final ConcurrentMap<String, Line> lines = new ConcurrentHashMap<>();

    private volatile boolean closed;

    Queue(PubSub pubSub, KeySpace keys, LeaseStore store, Claims claims, LockMetrics metrics) {
        this.pubSub = pubSub;
        this.store = store;
        this.claims = claims;
        this.metrics = metrics;
        this.channel = keys.channel(CHANNEL + Tokens.process());
        store.handsOn(new Handover(channel, listener::onMessage, this::lookAfterLoss));
    }

    /** Asks for the lock, and waits for it if another has it. */
    Waiter join(Request request) {
        Waiter waiter = new Waiter(request);
        if (closed) {
            waiter.completeExceptionally(new IllegalStateException("It is closed"));
        } else if (waiters.merge(request.id(), waiter, Queue::whoeverWaits)
                != waiter) { // before the request: a grant may overtake the reply
            waiter.completeExceptionally(new IllegalStateException(
                    "requestToken: a request with this token already waits for this resource in this lock object"));
        } else {
            begin(waiter);
            if (closed) { // meanwhile, perhaps without having seen it
                waiter.completeExceptionally(new IllegalStateException("It is closed"));
            }
        }
        return waiter;
    }

    /** Somebody here may have been given the lock, and may not have heard of it. */
    private void lookAfterLoss(String key) {
        Line line = lines.get(key);
        if (line != null) {
            line.lookAfterLoss();
        }
    }

    boolean isClosed() {
        return closed;
    }

    private static Waiter whoeverWaits(Waiter there, Waiter mine) {
        return there.isDone() ? mine : there;
    }

    private void begin(Waiter waiter) {
        CompletableFuture<Subscription> heard = listening();
        waiter.whenComplete((grant, failure) -> {
            waiters.remove(waiter.request().id(), waiter);
            if (grant == null) {
                leave(waiter.request());
            }
        });
        if (heard.isDone()) {
            askOrFail(waiter, channel);
            return;
        }
        // The first of this lock object: if the lock is free, it need not be able to wait. If it cannot hear, it looks.
        askOrFail(waiter, LeaseStore.NOBODY)
                .thenRun(() -> heard.whenComplete((subscribed, deaf) -> {
                    if (!waiter.isDone()) {
                        askOrFail(waiter, channel);
                    }
                }));
    }

    private CompletionStage<Answer> askOrFail(Waiter waiter, String as) {
        return ask(waiter, as).whenComplete((answer, failure) -> {
            if (failure != null) {
                waiter.completeExceptionally(Sync.unwrap(failure));
            }
        });
    }

    /** {@code as}: this process, or nobody to only try. */
    private CompletionStage<Answer> ask(Waiter waiter, String as) {
        long asked = System.nanoTime();
        waiter.asks(asked);
        Request request = waiter.request();
        return Twice.ifUnknown(() -> store.acquire(request, as)).thenApply(answer -> {
            if (answer instanceof Answer.Granted granted) {
                waiter.complete(Grant.since(asked, granted.fence(), granted.leftMillis()));
            } else if (answer instanceof Answer.Refused refused) {
                waiter.holderLeft(refused.leftMillis());
                if (!as.equals(LeaseStore.NOBODY)) {
                    line(request.key(), line -> line.add(waiter, asked, refused));
                }
            }
            if (waiter.isDone() && !waiter.isGrantedDespite(answer)) {
                leave(request); // whatever has been left behind since it has gone
            }
            return answer;
        });
    }

    /** Ends whatever Redis has of the request, if nobody else wants it; tried again if Redis could not be reached. */
    void leave(Request request) {
        CompletionStage<Boolean> leaving = claims.end(request, () -> store.release(request, Duration.ZERO));
        if (leaving != null) {
            leaving.whenComplete((released, failure) -> {
                if (isUnreachable(failure) && !closed) {
                    line(request.key(), line -> line.addLeaving(request));
                }
            });
        }
    }

    private static boolean isUnreachable(@Nullable Throwable failure) {
        Throwable cause = failure == null ? null : Sync.unwrap(failure);
        return cause instanceof NotExecutedException || cause instanceof UnknownOutcomeException;
    }

    private void line(String key, Consumer<Line> change) {
        lines.compute(key, (same, there) -> {
            Line line = there == null ? new Line(this, key) : there;
            change.accept(line);
            return line;
        });
    }

    /** The subscription, under way or done; begun anew if it has failed. */
    @SuppressWarnings("ReferenceEquality") // as it is exchanged
    private CompletableFuture<Subscription> listening() {
        CompletableFuture<Subscription> current = subscription.get();
        if (current != null && !current.isCompletedExceptionally()) {
            return current;
        }
        CompletableFuture<Subscription> mine = new CompletableFuture<>();
        CompletableFuture<Subscription> other = subscription.compareAndExchange(current, mine);
        if (other != current) {
            return Objects.requireNonNull(other);
        }
        pubSub.subscribeAsync(channel, listener).whenComplete((opened, failure) -> {
            if (failure != null) {
                mine.completeExceptionally(Sync.unwrap(failure));
            } else {
                mine.complete(opened);
                if (closed) {
                    opened.close();
                }
            }
        });
        return mine;
    }

    /** What a line looks at. */
    CompletionStage<Sighting> watch(String key) {
        listening(); // begun anew if it has failed
        return store.watch(key, channel);
    }

    /** Its place was lost, with the key or because nobody looked in time. If this fails the line looks again. */
    void askAgain(Waiter waiter) {
        ask(waiter, channel).exceptionally(failure -> null);
    }

    void leaveAgain(Request request, Runnable left) {
        CompletionStage<Boolean> leaving = claims.end(request, () -> store.release(request, Duration.ZERO));
        if (leaving == null) {
            left.run(); // whoever goes by that name now will say it, if there is need
            return;
        }
        leaving.whenComplete((released, failure) -> {
            if (!isUnreachable(failure)) {
                left.run();
            }
        });
    }

    /** False once the line has nothing to do any more. */
    boolean keeps(String key) {
        return !closed && lines.computeIfPresent(key, (same, line) -> line.isIdle() ? null : line) != null;
    }

    /** The lock is one of this process's waiters'; it may have learned so already. */
    void grant(String key, String token, Grant grant, LockMetrics.Trigger trigger) {
        Waiter waiter = waiters.get(Request.id(key, token));
        if (waiter != null && waiter.complete(grant)) {
            metrics.granted(trigger);
        }
    }

    @Override
    public void close() {
        closed = true;
        store.handsOn(Handover.NONE); // whoever waits here waits no more, and must not be given the lock
        List.copyOf(waiters.values())
                .forEach(waiter -> waiter.completeExceptionally(new IllegalStateException("It is closed")));
        lines.values().forEach(Line::end);
        CompletableFuture<Subscription> opening = subscription.get();
        if (opening != null) {
            opening.thenAccept(Subscription::close);
        }
    }

    private final class Listener implements MessageListener {

        /** Fencing token, the server's time, ms that the lease lasts, request token, key. */
        @Override
        public void onMessage(byte[] message) {
            String[] parts = new String(message, StandardCharsets.UTF_8).split(" ", MESSAGE_PARTS);
            Waiter waiter = waiters.get(Request.id(parts[4], parts[3]));
            if (waiter == null) {
                return; // it has gone, and said so
            }
            Line line = lines.get(parts[4]);
            long asked = waiter.askedNanos();
            long granted = line == null ? asked : line.localNanos(Long.parseLong(parts[1]), asked);
            grant(
                    parts[4],
                    parts[3],
                    Grant.since(granted, Long.parseLong(parts[0]), Long.parseLong(parts[2])),
                    LockMetrics.Trigger.PUSH);
        }

        /** What was granted meanwhile was not heard of. */
        @Override
        public void onGap() {
            lines.values().forEach(Line::lookNow);
        }
    }
}
