package io.github.redispatterns.locks;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Gets leases of one kind of lock: at once, or by waiting for them. */
final class Leases implements AutoCloseable {

    private final LeaseStore store;
    private final Claims claims = new Claims();
    private final LockMetrics metrics;
    private final Queue queue;
    private final ReplicaAcks acks;

    Leases(Redis redis, KeySpace keys, LeaseStore store, LockMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
        this.queue = new Queue(redis.pubSub(), keys, store, claims, metrics);
        this.acks = new ReplicaAcks(redis, store);
    }

    static Leases of(LeaseStore store, Redis redis, KeySpace keys, LockOptions options) {
        return new Leases(redis, keys, store, new LockMetrics(redis.meterRegistry(), options.name()));
    }

    /** Whoever cancels the future gives back what it would have been completed with. */
    CompletableFuture<Acquisition> acquire(String key, String mode, LeaseOptions options) {
        Request request = new Request(
                key,
                options.requestToken().map(mode::concat).orElseGet(Tokens::request),
                options.ttl().toMillis(),
                mode,
                options.requestToken().isPresent());
        if (options.replicas().isPresent() && !store.replicates()) {
            throw new IllegalArgumentException("replicas: this kind of lock cannot wait for them");
        }
        if (queue.isClosed()) {
            return CompletableFuture.failedFuture(new IllegalStateException("It is closed"));
        }
        long began = System.nanoTime();
        CompletableFuture<Acquisition> result = new CompletableFuture<>();
        Claims.Asking claim = claims.ask(request);
        CompletionStage<Acquisition> asking = claim.then(() ->
                options.maxWait().isZero() ? tryOnce(request, options) : waitFor(request, options, result, began));
        if (options.replicas().isPresent()) {
            LeaseOptions.Replicas wanted = options.replicas().get();
            asking = asking.thenCompose(outcome -> replicated(outcome, request, wanted, claim));
        }
        asking.whenComplete((outcome, failure) -> {
            if (claim.end()) {
                queue.leave(request);
            }
            metrics.asked(outcome(result.isDone() ? null : outcome), System.nanoTime() - began);
            boolean told =
                    failure == null ? result.complete(outcome) : result.completeExceptionally(Sync.unwrap(failure));
            if (!told && outcome instanceof Acquisition.Acquired acquired) {
                acquired.lease().giveBackAsync();
            }
        });
        return result;
    }

    private CompletionStage<Acquisition> replicated(
            Acquisition outcome, Request request, LeaseOptions.Replicas wanted, Claims.Asking claim) {
        if (!(outcome instanceof Acquisition.Acquired acquired)) {
            return CompletableFuture.completedFuture(outcome);
        }
        CompletionStage<Integer> asking = acks.ask(request, wanted);
        return asking.handle((acknowledged, failure) -> {
                    if (failure == null && acknowledged >= wanted.count()) {
                        return CompletableFuture.completedFuture(outcome);
                    }
                    claim.end(); // it wants the lease no more; perhaps another does
                    return acquired.lease()
                            .giveBackAsync()
                            .handle((released, notReleased) -> asking.thenApply(
                                    count -> (Acquisition) new Acquisition.Unreplicated(count, wanted.count())))
                            .thenCompose(stage -> stage);
                })
                .thenCompose(stage -> stage);
    }

    /** For the sync twin: a caller who goes gives back what it would have got. */
    static <T> T await(CompletableFuture<T> acquiring) {
        try {
            return Sync.await(acquiring);
        } catch (RuntimeException e) {
            acquiring.cancel(false);
            throw e;
        }
    }

    /** What came of the work, once the lease was given back, or could not be. */
    static <T extends @Nullable Object> CompletionStage<T> closing(Lease lease, CompletionStage<T> work) {
        return work.handle((result, failure) -> lease.releaseAsync().handle((released, notReleased) -> work))
                .thenCompose(stage -> stage)
                .thenCompose(stage -> stage);
    }

    @Override
    public void close() {
        queue.close();
        acks.close();
    }

    private CompletionStage<Acquisition> tryOnce(Request request, LeaseOptions options) {
        long asked = System.nanoTime();
        return ask(request)
                .thenCompose(answer -> answer instanceof Answer.Refused refused && refused.leftMillis() == 0
                        // Nobody holds it, but others wait for it: if those are alive, it is theirs.
                        ? Twice.ifUnknown(() -> store.watch(request.key(), LeaseStore.NOBODY))
                                .thenCompose(seen -> ask(request))
                        : CompletableFuture.completedFuture(answer))
                .thenApply(answer -> {
                    if (answer instanceof Answer.Granted granted) {
                        Grant grant = Grant.since(asked, granted.fence(), granted.leftMillis());
                        Lease lease = lease(request, options, grant);
                        return lease == null ? new Acquisition.Busy(Duration.ZERO) : new Acquisition.Acquired(lease);
                    }
                    return new Acquisition.Busy(Duration.ofMillis(((Answer.Refused) answer).leftMillis()));
                });
    }

    private CompletionStage<Answer> ask(Request request) {
        return Twice.ifUnknown(() -> store.acquire(request, LeaseStore.NOBODY)).whenComplete((answer, failure) -> {
            if (failure != null) { // it may have been granted all the same
                queue.leave(request);
            }
        });
    }

    private CompletionStage<Acquisition> waitFor(
            Request request, LeaseOptions options, CompletableFuture<Acquisition> result, long began) {
        long leftNanos = options.maxWait().toNanos() - (System.nanoTime() - began);
        Waiter waiter = queue.join(request);
        if (!waiter.isDone()) {
            Future<?> bell = Timers.after(leftNanos, () -> Timers.answer(() -> waiter.complete(null)));
            waiter.whenComplete((grant, failure) -> bell.cancel(false));
            result.whenComplete((outcome, failure) -> waiter.cancel(false)); // of no effect but if that was cancelled
        }
        return waiter.thenCompose(grant -> {
            Lease lease = grant == null ? null : lease(request, options, grant);
            if (lease != null) {
                return CompletableFuture.completedFuture(new Acquisition.Acquired(lease));
            }
            if (grant != null && System.nanoTime() - began < options.maxWait().toNanos()) {
                return waitFor(anew(request, options), options, result, began);
            }
            return CompletableFuture.completedFuture(new Acquisition.TimedOut(
                    Duration.ofNanos(System.nanoTime() - began), Duration.ofMillis(waiter.holderLeftMillis())));
        });
    }

    /** By another name if it may be: what is still under way to end the lease that came too late must not end this. */
    private static Request anew(Request request, LeaseOptions options) {
        return options.requestToken().isPresent()
                ? request
                : new Request(request.key(), Tokens.request(), request.ttlMillis(), request.mode());
    }

    /** Null if the lease was over before this process knew of it. */
    private @Nullable Lease lease(Request request, LeaseOptions options, Grant grant) {
        if (grant.isOver()) {
            queue.leave(request);
            return null;
        }
        Lease lease = new Lease(store, claims, metrics, request, options.minHold(), grant);
        if (request.named()) {
            claims.holds(lease);
        }
        options.renewFor().ifPresent(time -> lease.renewUntil(System.nanoTime() + time.toNanos()));
        return lease;
    }

    private static LockMetrics.Outcome outcome(@Nullable Acquisition acquisition) {
        if (acquisition instanceof Acquisition.Acquired) {
            return LockMetrics.Outcome.ACQUIRED;
        }
        if (acquisition instanceof Acquisition.Busy) {
            return LockMetrics.Outcome.BUSY;
        }
        if (acquisition instanceof Acquisition.Unreplicated) {
            return LockMetrics.Outcome.UNREPLICATED;
        }
        return acquisition == null ? LockMetrics.Outcome.FAILED : LockMetrics.Outcome.TIMED_OUT;
    }
}
