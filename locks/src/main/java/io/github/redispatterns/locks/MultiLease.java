package io.github.redispatterns.locks;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.RedisException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The right to several locks, for a time: a {@link Lease} on each.
 *
 * <p><b>Guarantees</b>: what each lease does. It counts as held as long as all of them are.
 *
 * <p><b>Does not guarantee</b>: that all end at the same moment. Each has a fencing token of its own: with a write to
 * what one lock guards goes the token of that one.
 *
 * <p><b>Cost</b>: {@link #extend} and {@link #release} are one script for each lock, all at once; all else is local.
 *
 * <p><b>Thread safety</b>: safe for concurrent use; it belongs to whoever has the object.
 *
 * <p><b>Source</b>: Havender, "Avoiding deadlock in multitasking systems", 1968.
 */
public final class MultiLease implements AutoCloseable {

    private static final Logger LOG = System.getLogger(MultiLease.class.getName());

    private final SortedMap<String, Lease> leases;

    MultiLease(SortedMap<String, Lease> leases) {
        this.leases = Collections.unmodifiableSortedMap(new TreeMap<>(leases));
    }

    /**
     * The leases.
     *
     * @return by resource; each with its own fencing token
     */
    public SortedMap<String, Lease> leases() {
        return leases;
    }

    /**
     * How long all of them still last, as far as this process can be sure of it.
     *
     * @return the least of their times; zero if one was lost or released
     */
    public Duration remaining() {
        return leases.values().stream()
                .map(Lease::remaining)
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /**
     * Refuses to go on without all of the locks. It asks nobody: call it often.
     *
     * @throws LeaseLostException if one of the leases was lost
     * @throws IllegalStateException if one was released
     */
    public void ensureHeld() {
        leases.values().forEach(Lease::ensureHeld);
    }

    /**
     * Tells when the first of the leases is lost. The others are held on, until they are released.
     *
     * @return a stage that completes before that lease ends on the server; never if all are released in time. What hangs
     *     on it may block, as for {@link Lease#lost()}
     */
    public CompletionStage<Lease.Loss> lost() {
        CompletableFuture<Lease.Loss> first = new CompletableFuture<>();
        leases.values().forEach(lease -> lease.lost().thenAccept(first::complete));
        return first.copy();
    }

    /**
     * Lets every lease end a time from now, if it is still held. None ends sooner than it would have.
     *
     * @param ttl how long from now, from 100 ms to 10 years
     * @return false if one was lost or released; the others last longer all the same
     * @throws IllegalArgumentException if the time is not allowed
     * @throws PatternsException if Redis could not be reached; some may last longer then, for their holder or only on the
     *     server
     */
    public boolean extend(Duration ttl) {
        return Sync.await(extendAsync(ttl));
    }

    /**
     * Lets every lease end a time from now, as {@link #extend} does.
     *
     * @param ttl how long from now, from 100 ms to 10 years
     * @return false if one was lost or released; fails as {@link #extend} does
     */
    public CompletionStage<Boolean> extendAsync(Duration ttl) {
        return all(lease -> lease.extendAsync(ttl));
    }

    /**
     * Gives all locks back. Only the first call does so; the others say what came of it.
     *
     * @return true if all were still held; false if one was lost before
     * @throws PatternsException if Redis could not be reached; what was not given back ends by itself
     */
    public boolean release() {
        return Sync.await(releaseAsync());
    }

    /**
     * Gives all locks back, as {@link #release} does.
     *
     * @return true if all were still held; fails as {@link #release} does
     */
    public CompletionStage<Boolean> releaseAsync() {
        return all(Lease::releaseAsync);
    }

    /** Gives all locks back, and does not throw if that cannot be confirmed: what was not given back ends by itself. */
    @Override
    public void close() {
        try {
            release();
        } catch (PatternsException | RedisException e) {
            LOG.log(Level.DEBUG, "It was not confirmed that leases are released; they end by themselves", e);
        }
    }

    /** Takes the step on all leases at once; true if each answers true. */
    private CompletionStage<Boolean> all(Function<Lease, CompletionStage<Boolean>> step) {
        List<CompletableFuture<Boolean>> steps = leases.values().stream()
                .map(lease -> step.apply(lease).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(steps.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> steps.stream().allMatch(CompletableFuture::join));
    }
}
