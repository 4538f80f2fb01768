package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Reason;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.KeyValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One read of many keys: one look at them all, one flight for each that is missing, one call of the bulk loader. Run
 * once. Its steps follow one another, so what it knows needs no lock.
 */
final class BulkRead<V> {

    private final CacheParts<V> parts;
    private final Reads<V> reads;
    private final BulkLoading<V> loading;
    private final Nesting.@Nullable Level level;
    private final long began = System.nanoTime();
    /** In the order of the keys; null where there is none, or none yet. */
    private final Map<String, @Nullable V> values;

    private final Map<String, Found<V>> missing = new LinkedHashMap<>();
    /** To be refreshed, with what was found of them. */
    private final Map<String, byte[]> due = new LinkedHashMap<>();
    /** On servers that did not answer, or yet to be removed there. */
    private final Set<String> past = new LinkedHashSet<>();

    private @Nullable Throwable pastWhy;
    private Set<String> pending = Set.of();

    /**
     * Of keys that have no values yet.
     *
     * @param keys becomes the answer
     */
    BulkRead(CacheParts<V> parts, Reads<V> reads, BulkLoading<V> loading, Map<String, @Nullable V> keys) {
        this.parts = parts;
        this.reads = reads;
        this.loading = loading;
        this.level = parts.nesting().here();
        this.values = keys;
    }

    /**
     * Reads and loads in the calling thread; what came is decoded there too, since the I/O thread has others to serve.
     *
     * @return the values by key, in the order of the keys; those that have none are left out
     */
    Map<String, V> run() {
        try {
            takeAll(Sync.await(look()));
            return isComplete() ? present() : Sync.callerRuns(this::rest); // most calls end before the thread is lent
        } catch (Throwable e) {
            parts.metrics().getFailed(e);
            throw e;
        }
    }

    /** As {@link #run} does; blocking loaders run where it is said. */
    CompletionStage<Map<String, V>> runAsync(Executor where) {
        return look().thenCompose(looks -> {
                    takeAll(looks);
                    return isComplete() ? CompletableFuture.completedFuture(present()) : rest(where);
                })
                .whenComplete((all, failure) -> {
                    if (failure != null) {
                        parts.metrics().getFailed(failure);
                    }
                });
    }

    /** Asks all servers at once, and does not fail: each look has its own outcome. */
    private CompletionStage<List<Look>> look() {
        if (values.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        pending = reads.pending(values.keySet());
        reads.learnTime();
        List<Look> looks = new ArrayList<>();
        parts.guards()
                .split(values.keySet())
                .forEach((guard, keys) -> looks.add(new Look(
                        keys, guard.call(() -> parts.store().readAll(keys)).toCompletableFuture())));
        return CompletableFuture.allOf(looks.stream().map(Look::records).toArray(CompletableFuture<?>[]::new))
                .handle((answered, failure) -> looks);
    }

    private void takeAll(List<Look> looks) {
        looks.forEach(this::take);
        reads.refresher().refreshAll(due, loading);
    }

    private void take(Look look) {
        List<KeyValue<byte[], byte[]>> records;
        try {
            records = Sync.await(look.records());
        } catch (RuntimeException e) {
            if (!RedisGuard.isUnreachable(e)) {
                throw e;
            }
            pastWhy = e;
            past.addAll(look.keys());
            return;
        }
        int next = 0;
        int hits = 0;
        for (String key : look.keys()) {
            Found<V> found = reads.of(key, records.get(next++).getValueOrElse(null), pending);
            if (found instanceof Found.Entry<V> entry) {
                values.put(key, entry.value());
                if (parts.freshness().isDue(entry.record())) {
                    due.put(key, entry.record());
                }
                Source source = Answer.source(entry, parts.freshness().isStale(entry.record()));
                if (source == Source.REDIS) {
                    hits++; // most are, and counting takes longer than adding
                } else {
                    parts.metrics().got(source, 1);
                }
            } else if (found instanceof Found.Unknown<V> unknown) {
                pastWhy = unknown.failure();
                past.add(key);
            } else {
                missing.put(key, found);
            }
        }
        parts.metrics().got(Source.REDIS, hits);
    }

    private boolean isComplete() {
        return missing.isEmpty() && past.isEmpty();
    }

    private CompletionStage<Map<String, V>> rest(Executor where) {
        Set<String> all = new HashSet<>(missing.keySet());
        all.addAll(past);
        // All of them, since the loader may be called more than once, in the same thread.
        Nesting.Level mine = new Nesting.Level(all, false, level);
        return load(where, mine).thenCombine(past(where, mine), (loaded, passed) -> {
            loaded.forEach((key, answer) -> values.put(key, answer.value()));
            past.forEach(key -> values.put(key, passed.get(key)));
            return present();
        });
    }

    private CompletionStage<Map<String, Answer<V>>> load(Executor where, Nesting.Level mine) {
        BulkTurns<V> turns = new BulkTurns<>(parts, loading, where, level, mine);
        BulkLoad<V> bulk = new BulkLoad<>(loading, where, parts.nesting(), mine, missing.keySet(), turns::open);
        Map<String, CompletableFuture<Answer<V>>> flying = new LinkedHashMap<>();
        missing.forEach((key, found) -> {
            Reader<V> reader =
                    new Reader<>(key, bulk::load, where, began, deadline(), false, level, bulk::decided, turns);
            flying.put(key, reads.flights().fly(reader, found, began).toCompletableFuture());
        });
        return CompletableFuture.allOf(flying.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    Map<String, Answer<V>> answers = new LinkedHashMap<>();
                    flying.forEach((key, answer) -> answers.put(key, answer.join()));
                    return answers;
                });
    }

    /** One call of the loader for all keys that cannot be asked for. */
    private CompletionStage<Map<String, ? extends V>> past(Executor where, Nesting.Level mine) {
        Throwable reason = pastWhy;
        if (reason == null) {
            return CompletableFuture.completedFuture(Map.of());
        }
        if (past.stream().anyMatch(key -> Nesting.Level.concerns(level, key))) {
            return CompletableFuture.failedFuture(Nesting.Level.ownKey());
        }
        Nesting nesting = parts.nesting();
        Nesting.Level inner = new Nesting.Level(Collections.unmodifiableSet(past), true, mine);
        return parts.admission().run(reason, level, deadline(), () -> {
            long asked = System.nanoTime();
            return nesting.inside(
                            inner,
                            () -> loading.safely(
                                    inner.keys(), BulkLoadContext.unheard(inner.keys()), nesting.inside(inner, where)))
                    .handle((loaded, failure) -> {
                        CacheMetrics.Load outcome =
                                failure == null ? CacheMetrics.Load.NOT_STORED : CacheMetrics.Load.FAILED;
                        parts.metrics().loaded(Reason.BYPASS, outcome, System.nanoTime() - asked);
                        if (failure != null) {
                            throw new CompletionException(Sync.unwrap(failure));
                        }
                        parts.metrics().got(Source.BYPASSED, past.size());
                        return loaded;
                    });
        });
    }

    private long deadline() {
        return began + parts.options().maxWait().toNanos();
    }

    /** Without the keys that have no value. */
    private Map<String, V> present() {
        values.values().removeIf(Objects::isNull);
        return Collections.unmodifiableMap(values);
    }

    /** What one server was asked, and its answer. */
    private record Look(Collection<String> keys, CompletableFuture<List<KeyValue<byte[], byte[]>>> records) {}
}
