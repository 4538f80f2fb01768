package io.github.redispatterns.locks;

import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One request for several locks. Whoever holds one waits only for those that come later in the order, so that there is no
 * circle of waiters.
 */
final class AllOrNothing {

    /** What has passed of a lease while others were acquired is not worth a request if it is less. */
    private static final int SHARE_WORTH_EXTENDING = 10;

    private final Leases leases;
    private final String mode;
    private final LeaseOptions options;
    private final long began = System.nanoTime();
    private final Iterator<Map.Entry<String, String>> rest;
    /** Each step follows the one before it, on whichever thread. */
    private final SortedMap<String, Lease> held = new TreeMap<>();

    private final CompletableFuture<MultiAcquisition> result = new CompletableFuture<>();
    private volatile @Nullable CompletableFuture<Acquisition> asking;

    /** {@code keys}: by resource. */
    AllOrNothing(Leases leases, SortedMap<String, String> keys, String mode, LeaseOptions options) {
        this.leases = leases;
        this.mode = mode;
        this.options = options;
        this.rest = keys.entrySet().iterator();
    }

    CompletableFuture<MultiAcquisition> acquire() {
        result.whenComplete((outcome, failure) -> {
            CompletableFuture<Acquisition> current = asking;
            if (current != null) {
                current.cancel(false); // of no effect but if the result was cancelled
            }
        });
        next();
        return result;
    }

    private void next() {
        Map.Entry<String, String> wanted = rest.next();
        CompletableFuture<Acquisition> current = leases.acquire(wanted.getValue(), mode, forOne());
        asking = current;
        if (result.isDone()) {
            current.cancel(false);
        }
        current.whenComplete((outcome, failure) -> {
            if (failure != null) {
                fail(Sync.unwrap(failure));
            } else if (outcome instanceof Acquisition.Acquired acquired) {
                has(wanted.getKey(), acquired.lease());
            } else {
                giveBack(() -> result.complete(new MultiAcquisition.Refused(wanted.getKey(), inAll(outcome))));
            }
        });
    }

    private void has(String resource, Lease lease) {
        held.put(resource, lease);
        if (!rest.hasNext()) {
            hasAll();
            return;
        }
        if (!options.maxWait().isZero()) { // the others may take longer than it lasts
            lease.renewUntil(
                    System.nanoTime() + options.maxWait().plus(options.ttl()).toNanos());
        }
        next();
    }

    private void hasAll() {
        held.values().forEach(Lease::stopRenewing);
        CompletableFuture<?>[] extending = held.values().stream()
                .filter(lease -> lease.leftNanos()
                        < options.ttl().toNanos() * (SHARE_WORTH_EXTENDING - 1) / SHARE_WORTH_EXTENDING)
                .map(lease -> lease.extendAsync(options.ttl()).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(extending)
                .thenRun(() -> held.values().forEach(Lease::ensureHeld))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        fail(Sync.unwrap(failure));
                        return;
                    }
                    options.renewFor().ifPresent(time -> {
                        long until = System.nanoTime() + time.toNanos();
                        held.values().forEach(lease -> lease.renewUntil(until));
                    });
                    if (!result.complete(new MultiAcquisition.Acquired(new MultiLease(held)))) {
                        giveBack(() -> {});
                    }
                });
    }

    private void fail(Throwable cause) {
        giveBack(() -> result.completeExceptionally(cause));
    }

    /** If one cannot be given back, it ends by itself. */
    private void giveBack(Runnable after) {
        List<CompletionStage<Boolean>> releases =
                held.values().stream().map(Lease::giveBackAsync).toList();
        CompletableFuture.allOf(releases.stream()
                        .map(CompletionStage::toCompletableFuture)
                        .toArray(CompletableFuture<?>[]::new))
                .whenComplete((done, failure) -> after.run());
    }

    private LeaseOptions forOne() {
        Duration left = options.maxWait().minusNanos(System.nanoTime() - began);
        return new LeaseOptions(
                options.ttl(),
                left.toMillis() > 0 ? left : Duration.ZERO,
                Optional.empty(),
                options.minHold(),
                options.requestToken(),
                options.replicas());
    }

    /** What came of the last is what came of all; the wait was for all. */
    private Acquisition inAll(Acquisition outcome) {
        Duration waited = Duration.ofNanos(System.nanoTime() - began);
        if (outcome instanceof Acquisition.TimedOut timedOut) {
            return new Acquisition.TimedOut(waited, timedOut.holderRemaining());
        }
        return outcome instanceof Acquisition.Busy busy && !options.maxWait().isZero()
                ? new Acquisition.TimedOut(waited, busy.holderRemaining())
                : outcome;
    }
}
