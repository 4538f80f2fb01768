package io.github.redispatterns.locks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who in this process goes by a name that a caller has chosen, for one resource: requests under way, and leases. What one
 * of them leaves behind is ended only if none of the others wants it; else it is owed, until the last of them has come to
 * nothing. Whoever asks waits until what is being ended by its name is: so an old goodbye ends nothing new.
 */
final class Claims {

    /** Names whose leases have run out unseen are forgotten when there are so many, or twice what was left. */
    private static final int MANY = 64;

    private final ConcurrentMap<String, Claim> claims = new ConcurrentHashMap<>();
    private volatile int sweepAt = MANY;

    /** A request begins; it wants whatever Redis has by its name. */
    Asking ask(Request request) {
        if (!request.named()) {
            return new Asking(request, List.of());
        }
        sweep();
        List<CompletableFuture<?>> endings = new ArrayList<>();
        claims.compute(request.id(), (id, there) -> {
            Claim claim = there == null ? new Claim() : there;
            claim.asking++;
            endings.addAll(claim.endings);
            return claim;
        });
        return new Asking(request, endings);
    }

    /** A request has got this. What was had by its name before, and by a lower token, has been lost without a word. */
    void holds(Lease lease) {
        List<Lease> older = new ArrayList<>();
        claims.compute(lease.request().id(), (id, there) -> {
            Claim claim = there == null ? new Claim() : there;
            claim.leases.stream()
                    .filter(each -> each.fencingToken() < lease.fencingToken())
                    .forEach(older::add);
            claim.leases.add(lease);
            return claim;
        });
        older.forEach(Lease::isRevoked);
    }

    /**
     * Ends what Redis has of a request that nobody waits for any more. Null if another wants it: then it is owed, if that
     * one comes to nothing.
     */
    <T> @Nullable CompletionStage<T> end(Request request, Supplier<CompletionStage<T>> step) {
        if (!request.named()) {
            return step.get();
        }
        boolean[] wanted = new boolean[1];
        CompletableFuture<T> ending = new CompletableFuture<>();
        claims.compute(request.id(), (id, there) -> {
            Claim claim = there == null ? new Claim() : there;
            wanted[0] = claim.isWanted();
            claim.owed = claim.asking > 0; // a lease that is held will be ended by its holder
            if (!wanted[0]) {
                claim.endings.add(ending);
            }
            return claim;
        });
        return wanted[0] ? null : run(request, step, ending);
    }

    /**
     * Ends a lease whose holder is done with it, and with it those that are the same; {@code asItHolds}: it has been held
     * until now. If not, another may have what Redis knows by its name; then null, and nothing is ended.
     */
    @Nullable CompletionStage<Boolean> end(Lease lease, boolean asItHolds, Supplier<CompletionStage<Boolean>> step) {
        Request request = lease.request();
        if (!request.named()) {
            return step.get();
        }
        List<Lease> same = new ArrayList<>();
        CompletableFuture<Boolean> ending = new CompletableFuture<>();
        claims.compute(request.id(), (id, there) -> {
            Claim claim = there == null ? new Claim() : there;
            claim.leases.removeIf(each -> each.equals(lease));
            if (asItHolds) {
                same.addAll(claim.leases);
                claim.leases.clear();
                claim.endings.add(ending);
            }
            return claim;
        });
        same.forEach(each -> each.isReleasedWith(ending)); // before Redis is told
        return asItHolds ? run(request, step, ending) : end(request, step);
    }

    private <T> CompletionStage<T> run(
            Request request, Supplier<CompletionStage<T>> step, CompletableFuture<T> ending) {
        begin(step).whenComplete((done, failure) -> {
            if (failure == null) {
                ending.complete(done);
            } else {
                ending.completeExceptionally(failure);
            }
            claims.computeIfPresent(request.id(), (id, claim) -> {
                claim.endings.removeIf(CompletableFuture::isDone);
                return claim.isIdle() ? null : claim;
            });
        });
        return ending;
    }

    private static <T> CompletionStage<T> begin(Supplier<CompletionStage<T>> step) {
        try {
            return step.get();
        } catch (RuntimeException e) { // it has begun all the same, and has to end
            return CompletableFuture.failedFuture(e);
        }
    }

    private void sweep() {
        if (claims.size() > sweepAt) {
            claims.keySet().forEach(id -> claims.computeIfPresent(id, (same, claim) -> claim.isIdle() ? null : claim));
            sweepAt = Math.max(MANY, 2 * claims.size());
        }
    }

    /** One request, until its outcome is known. */
    final class Asking {

        private final Request request;
        private final List<CompletableFuture<?>> endings;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Asking(Request request, List<CompletableFuture<?>> endings) {
            this.request = request;
            this.endings = endings;
        }

        /** The next step, once nothing is being ended any more by its name. */
        <T> CompletionStage<T> then(Supplier<CompletionStage<T>> step) {
            if (endings.isEmpty()) {
                return begin(step);
            }
            return CompletableFuture.allOf(endings.toArray(CompletableFuture<?>[]::new))
                    .handle((done, failure) -> step.get())
                    .thenCompose(stage -> stage);
        }

        /** It wants nothing any more, but for a lease that it has got. True if Redis is owed a goodbye now. */
        boolean end() {
            boolean[] owes = new boolean[1];
            if (request.named() && ended.compareAndSet(false, true)) {
                claims.computeIfPresent(request.id(), (id, claim) -> {
                    claim.asking--;
                    if (!claim.isWanted()) {
                        owes[0] = claim.owed;
                        claim.owed = false;
                    } else if (claim.asking == 0) { // the lease will say it
                        claim.owed = false;
                    }
                    return claim.isIdle() ? null : claim;
                });
            }
            return owes[0];
        }
    }

    /** Read and changed within {@code compute} alone. */
    private static final class Claim {

        private final List<Lease> leases = new ArrayList<>();
        private final List<CompletableFuture<?>> endings = new ArrayList<>();
        private int asking;
        private boolean owed;

        boolean isWanted() {
            leases.removeIf(lease -> !lease.isLive());
            return asking > 0 || !leases.isEmpty();
        }

        boolean isIdle() {
            return !isWanted() && endings.isEmpty();
        }
    }
}
