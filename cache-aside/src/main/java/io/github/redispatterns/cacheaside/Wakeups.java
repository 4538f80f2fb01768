package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.MessageListener;
import io.github.redispatterns.core.PubSub;
import io.github.redispatterns.core.Subscription;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hears when the loads end that this process waits for. Each process has one channel, subscribed when it first waits; it
 * leaves the end of the channel's name in the lease, and whoever ends the lease says so to those who are in it, and to
 * nobody else.
 */
final class Wakeups implements AutoCloseable {

    private static final String NAME = "wake-";
    private static final int WAITER_LETTERS = 8;
    private static final int RADIX = 36;

    private final PubSub pubSub;
    private final String channel;
    private final byte[] waiter;
    private final ConcurrentMap<String, Set<Waiting>> waiting = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable CompletableFuture<Subscription>> subscription = new AtomicReference<>();
    private volatile boolean closed;

    Wakeups(PubSub pubSub, KeySpace keys) {
        this.pubSub = pubSub;
        String name = newWaiter();
        this.waiter = name.getBytes(StandardCharsets.US_ASCII);
        this.channel = keys.channel(NAME + name);
    }

    static byte[] channelPrefix(KeySpace keys) {
        return keys.channel(NAME).getBytes(StandardCharsets.UTF_8);
    }

    /** How this process is called in leases. */
    byte[] waiter() {
        return waiter.clone();
    }

    /** True if messages are heard; else it begins to listen. */
    boolean listens() {
        CompletableFuture<Subscription> current = subscription.get();
        if (current != null && !current.isCompletedExceptionally()) {
            return current.isDone();
        }
        CompletableFuture<Subscription> mine = new CompletableFuture<>();
        if (!closed && subscription.compareAndSet(current, mine)) {
            subscribe(mine);
        }
        return false;
    }

    private void subscribe(CompletableFuture<Subscription> mine) {
        pubSub.subscribeAsync(channel, new Listener()).whenComplete((opened, failure) -> {
            if (failure != null) {
                mine.completeExceptionally(failure);
            } else {
                mine.complete(opened);
                if (closed) {
                    opened.close();
                }
            }
        });
    }

    /** Completes when a message about the key comes, or with whatever the caller completes it with. */
    CompletableFuture<CacheMetrics.Wakeup> signal(String name) {
        Waiting mine = new Waiting(new CompletableFuture<>());
        waiting.compute(name, (key, others) -> {
            Set<Waiting> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(mine);
            return all;
        });
        mine.signal.whenComplete((wakeup, failure) -> waiting.computeIfPresent(name, (key, all) -> {
            all.remove(mine);
            return all.isEmpty() ? null : all;
        }));
        return mine.signal;
    }

    @Override
    public void close() {
        closed = true;
        CompletableFuture<Subscription> opening = subscription.get();
        if (opening != null) {
            opening.thenAccept(Subscription::close);
        }
    }

    private static void wake(@Nullable Set<Waiting> all) {
        if (all != null) {
            Set.copyOf(all).forEach(each -> each.signal.complete(CacheMetrics.Wakeup.PUSH));
        }
    }

    private static String newWaiter() {
        StringBuilder name = new StringBuilder(WAITER_LETTERS);
        for (byte random : CacheRecord.newId()) {
            name.append(Character.forDigit(Byte.toUnsignedInt(random) % RADIX, RADIX));
        }
        return name.toString();
    }

    private final class Listener implements MessageListener {

        @Override
        public void onMessage(byte[] message) {
            wake(waiting.get(new String(message, StandardCharsets.UTF_8)));
        }

        /** What has ended meanwhile was not heard of. */
        @Override
        public void onGap() {
            waiting.values().forEach(Wakeups::wake);
        }
    }

    /** Told apart by identity. */
    private static final class Waiting {

        final CompletableFuture<CacheMetrics.Wakeup> signal;

        Waiting(CompletableFuture<CacheMetrics.Wakeup> signal) {
            this.signal = signal;
        }
    }
}
