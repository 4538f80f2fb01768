package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Reason;
import io.github.redispatterns.core.Sync;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call of a loader, and, if it holds a lease, the fill that is discarded if the lease is gone by then. */
final class Load<V> {

    /** The greatest load time that the header has room for. */
    private static final long MAX_MICROS = 0xFFFF_FFFFL;

    private final CacheParts<V> parts;
    private final String key;
    private final Loading<V> loading;
    private final Executor where;
    private final Reason reason;
    private final Nesting.Level level;
    private final LoadContext context = new LoadContext();
    private final long began = System.nanoTime();

    /**
     * One load of one key.
     *
     * @param outer what it is called inside of
     */
    Load(
            CacheParts<V> parts,
            String key,
            Loading<V> loading,
            Executor where,
            Reason reason,
            Nesting.@Nullable Level outer) {
        this.parts = parts;
        this.key = key;
        this.loading = loading;
        this.level = new Nesting.Level(Set.of(key), reason == Reason.BYPASS, outer);
        this.where = parts.nesting().inside(level, where);
        this.reason = reason;
    }

    /** Loads and stores nothing; fails as the loader does. */
    CompletionStage<Answer<V>> past() {
        return counted(callLoader().thenApply(value -> {
            ended(CacheMetrics.Load.NOT_STORED);
            return Answer.loaded(value, Source.BYPASSED, began);
        }));
    }

    /** Fails as the loader does; a failure of Redis after it has answered does not take its value from the caller. */
    CompletionStage<Answer<V>> under(byte[] lease) {
        return counted(callLoader().thenCompose(value -> {
            byte[] encoded = value == null ? null : parts.format().encode(value);
            Lifetime life = Lifetime.draw(parts.options(), context, value == null);
            return life == null ? storeNothing(lease, value) : store(lease, value, encoded, life);
        }));
    }

    private CompletionStage<@Nullable V> callLoader() {
        try {
            CompletionStage<? extends @Nullable V> begun =
                    parts.nesting().inside(level, () -> loading.begin(key, context, where));
            if (begun == null) {
                throw new IllegalStateException("The loader returned null in place of a stage");
            }
            return begun.thenApply(value -> value);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(new CompletionException(e));
        }
    }

    private CompletionStage<Answer<V>> store(
            byte[] lease, @Nullable V value, byte @Nullable [] encoded, Lifetime life) {
        long took = Math.min(TimeUnit.NANOSECONDS.toMicros(context.tookNanos()), MAX_MICROS);
        long asked = System.nanoTime();
        return parts.guard(key)
                .write(() -> parts.store().fill(key, lease, encoded, life, took))
                .handle((stored, failure) -> {
                    if (failure != null) { // what stands at the key is not known; it is this answer, or none
                        notFilled(lease, Sync.unwrap(failure));
                        ended(CacheMetrics.Load.FILL_FAILED);
                        return Answer.loaded(value, Source.LOADED, began);
                    }
                    ended(stored ? CacheMetrics.Load.STORED : CacheMetrics.Load.DISCARDED);
                    return Answer.loaded(value, stored ? Source.LOADED : Source.DISCARDED, stored ? asked : began);
                });
    }

    /** What Redis has refused it will not store later either, so nobody need wait until the lease ends. */
    private void notFilled(byte[] lease, Throwable failure) {
        if (reason == Reason.REFRESH || RedisGuard.isUnreachable(failure)) {
            return; // the old value stays, and its lease, so that nobody tries again at once; or it may yet be stored
        }
        parts.guard(key).write(() -> parts.store().release(key, lease)).whenComplete((released, another) -> {
            if (another != null) {
                parts.metrics().releaseFailed();
            }
        });
    }

    private CompletionStage<Answer<V>> storeNothing(byte[] lease, @Nullable V value) {
        long asked = System.nanoTime();
        return parts.guard(key).write(() -> parts.store().release(key, lease)).handle((released, failure) -> {
            if (failure != null) {
                parts.metrics().releaseFailed();
            }
            boolean overtaken = failure == null && !released;
            ended(overtaken ? CacheMetrics.Load.DISCARDED : CacheMetrics.Load.NOT_STORED);
            boolean current = failure == null && released;
            return Answer.loaded(value, overtaken ? Source.DISCARDED : Source.LOADED, current ? asked : began);
        });
    }

    private CompletionStage<Answer<V>> counted(CompletionStage<Answer<V>> loading) {
        return loading.whenComplete((answer, failure) -> {
            if (failure != null) {
                ended(CacheMetrics.Load.FAILED);
            }
        });
    }

    private void ended(CacheMetrics.Load outcome) {
        parts.metrics().loaded(reason, outcome, context.tookNanos());
    }
}
