package io.github.redispatterns.locks;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The waiters of this process for one lock, in their order. As long as there are any it looks at the lock once a second,
 * all of them together, and when the holder's lease must have ended: that keeps their places, hands over a lock whose
 * holder has died, and finds a grant whose message was lost.
 */
final class Line {

    private static final long POLL_NANOS = Duration.ofSeconds(1).toNanos();
    /** After the end of a lease, so that not all processes look at once. */
    private static final long AFTERWARDS_NANOS = Duration.ofMillis(10).toNanos();

    /** For so long it is tried to leave; then the place is lost, or the lease has a ttl. */
    private static final long LEAVE_NANOS = Duration.ofMinutes(1).toNanos();

    private final Queue queue;
    private final String key;
    private final Collection<Waiter> waiters = new ConcurrentLinkedQueue<>();
    /** Could not tell Redis that they wait no more. */
    private final Collection<Leaving> leaving = new ConcurrentLinkedQueue<>();

    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Clocks clocks;
    private volatile boolean placesAreUnsure;
    private @Nullable Future<?> next;
    private long nextNanos;
    private boolean ended;

    Line(Queue queue, String key) {
        this.queue = queue;
        this.key = key;
    }

    void add(Waiter waiter, long askedNanos, Answer.Refused refused) {
        clocks = new Clocks(askedNanos, refused.serverMicros());
        if (!waiters.contains(waiter)) {
            waiters.add(waiter);
            waiter.whenComplete((grant, failure) -> waiters.remove(waiter));
        }
        lookWithin(untilNextLook(refused.leftMillis()));
    }

    void addLeaving(Request request) {
        leaving.add(new Leaving(request, System.nanoTime()));
        lookWithin(POLL_NANOS);
    }

    boolean isIdle() {
        return waiters.isEmpty() && leaving.isEmpty();
    }

    /** When the server's clock showed this; a little before rather than after, and never later than now. */
    long localNanos(long serverMicros, long ifUnknown) {
        Clocks compared = clocks;
        if (compared == null) {
            return ifUnknown;
        }
        long then = compared.localNanos() + TimeUnit.MICROSECONDS.toNanos(serverMicros - compared.serverMicros());
        long now = System.nanoTime();
        return then - now < 0 ? then : now;
    }

    void lookNow() {
        lookWithin(0);
    }

    /** What one of them was given may be over before anybody looks: then it has no place any more, and asks again. */
    void lookAfterLoss() {
        placesAreUnsure = true;
        lookNow();
    }

    /** Looks no more. */
    void end() {
        lock.lock();
        try {
            ended = true;
            if (next != null) {
                next.cancel(false);
            }
        } finally {
            lock.unlock();
        }
    }

    private void lookWithin(long nanos) {
        long at = System.nanoTime() + nanos;
        lock.lock();
        try {
            if (ended || (next != null && nextNanos - at <= 0)) {
                return;
            }
            if (next != null) {
                next.cancel(false);
            }
            nextNanos = at;
            next = Timers.after(nanos, this::look);
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        lock.lock();
        try {
            next = null;
        } finally {
            lock.unlock();
        }
        if (!queue.keeps(key)) {
            return;
        }
        long asked = System.nanoTime();
        leaving.removeIf(each -> asked - each.sinceNanos() > LEAVE_NANOS);
        leaving.forEach(each -> queue.leaveAgain(each.request(), () -> leaving.remove(each)));
        if (waiters.isEmpty()) {
            lookWithin(POLL_NANOS);
            return;
        }
        queue.watch(key).whenComplete((seen, failure) -> {
            if (failure != null) { // Redis is away: as long as there are waiters, it is tried again
                lookWithin(untilNextLook(Long.MAX_VALUE));
            } else {
                see(seen, asked);
            }
        });
    }

    private void see(Sighting seen, long askedNanos) {
        clocks = new Clocks(askedNanos, seen.serverMicros());
        for (Sighting.Holder holder : seen.holders()) {
            queue.grant(
                    key,
                    holder.token(),
                    Grant.since(askedNanos, holder.fence(), holder.leftMillis()),
                    LockMetrics.Trigger.POLL);
        }
        boolean unsure = placesAreUnsure;
        placesAreUnsure = false;
        for (Waiter waiter : List.copyOf(waiters)) {
            // One place may be lost while others of this process are not; to ask again costs nobody's.
            if (unsure || !seen.known() || askedNanos - waiter.askedNanos() > Queue.ALIVE.toNanos()) {
                queue.askAgain(waiter);
            }
        }
        waiters.forEach(waiter -> waiter.holderLeft(seen.endsInMillis()));
        lookWithin(untilNextLook(seen.endsInMillis() == 0 ? Long.MAX_VALUE : seen.endsInMillis()));
    }

    private static long untilNextLook(long endsInMillis) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long poll = random.nextLong(POLL_NANOS * 3 / 4, POLL_NANOS * 5 / 4);
        long end = TimeUnit.MILLISECONDS.toNanos(endsInMillis) + random.nextLong(AFTERWARDS_NANOS);
        return end > 0 ? Math.min(poll, end) : poll;
    }

    /** One who could not leave. */
    private record Leaving(Request request, long sinceNanos) {}

    /** The two clocks at one moment, the server's read after ours. */
    private record Clocks(long localNanos, long serverMicros) {}
}
