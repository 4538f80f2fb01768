package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.CacheMetrics.Reason;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.KeyValue;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One read of many keys: one look at them all, one flight for each that is missing, one call of the bulk loader. */
final class BulkRead<V> {

    private final CacheParts<V> parts;
    private final Reads<V> reads;
    private final SingleFlight<V> flights;
    private final BulkLoading<V> loading;
    private final Executor caller;
    private final long began = System.nanoTime();

    BulkRead(CacheParts<V> parts, Reads<V> reads, SingleFlight<V> flights, BulkLoading<V> loading, Executor caller) {
        this.parts = parts;
        this.reads = reads;
        this.flights = flights;
        this.loading = loading;
        this.caller = caller;
    }

    /** The values by key, in the order of the keys; those that have none are left out. */
    CompletionStage<Map<String, V>> run(Set<String> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        return reads.knowing(parts.guard().call(() -> parts.store().readAll(keys)))
                .handle((records, failure) -> {
                    Throwable cause = failure == null ? null : Sync.unwrap(failure);
                    if (cause == null) {
                        return found(records, keys);
                    }
                    return RedisGuard.isUnreachable(cause)
                            ? past(cause, keys)
                            : CompletableFuture.<Map<String, V>>failedFuture(cause);
                })
                .thenCompose(values -> values);
    }

    private CompletionStage<Map<String, V>> found(List<KeyValue<String, byte[]>> records, Set<String> keys) {
        Map<String, @Nullable V> values = new LinkedHashMap<>(capacity(keys));
        Map<String, Found<V>> missing = new LinkedHashMap<>();
        Loading<V> one = this::loadOne;
        int next = 0;
        for (String key : keys) {
            Found<V> found = reads.of(key, records.get(next++).getValueOrElse(null));
            if (found instanceof Found.Entry<V> entry) {
                values.put(key, reads.serve(key, entry, one, began).value());
            } else {
                values.put(key, null); // so that it has its place in the order
                missing.put(key, found);
            }
        }
        if (missing.isEmpty()) {
            return CompletableFuture.completedFuture(present(values));
        }
        return load(missing).thenApply(loaded -> {
            loaded.forEach((key, answer) -> values.put(key, answer.value()));
            return present(values);
        });
    }

    /** For a map of that many entries that is not to grow. */
    static int capacity(Collection<?> entries) {
        return entries.size() * 4 / 3 + 1;
    }

    private CompletionStage<Map<String, Answer<V>>> load(Map<String, Found<V>> missing) {
        BulkLoad<V> bulk = new BulkLoad<>(loading, caller, missing.keySet());
        long deadline = began + parts.options().maxWait().toNanos();
        Map<String, CompletableFuture<Answer<V>>> flying = new LinkedHashMap<>();
        missing.forEach((key, found) -> {
            Reader<V> reader = new Reader<>(key, bulk::load, caller, began, deadline, false, bulk::decided);
            flying.put(key, flights.fly(reader, found, began).toCompletableFuture());
        });
        return CompletableFuture.allOf(flying.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    Map<String, Answer<V>> answers = new LinkedHashMap<>();
                    flying.forEach((key, answer) -> answers.put(key, answer.join()));
                    return answers;
                });
    }

    /** Redis cannot be used: one call of the loader for them all. */
    private CompletionStage<Map<String, V>> past(Throwable reason, Set<String> keys) {
        return parts.admission().run(reason, () -> {
            long asked = System.nanoTime();
            return loading.safely(keys, caller).handle((loaded, failure) -> {
                CacheMetrics.Load outcome = failure == null ? CacheMetrics.Load.NOT_STORED : CacheMetrics.Load.FAILED;
                parts.metrics().loaded(Reason.BYPASS, outcome, System.nanoTime() - asked);
                if (failure != null) {
                    throw new CompletionException(Sync.unwrap(failure));
                }
                Map<String, @Nullable V> values = new LinkedHashMap<>();
                keys.forEach(key -> {
                    parts.metrics().got(Source.BYPASSED);
                    values.put(key, loaded.get(key));
                });
                return present(values);
            });
        });
    }

    /** Loads an entry anew that was due, perhaps after the caller has gone. */
    private CompletionStage<? extends @Nullable V> loadOne(String key, LoadContext context, Executor where) {
        return loading.safely(Set.of(key), where).thenApply(values -> values.get(key));
    }

    /** The same map, without the keys that have no value. */
    private static <V> Map<String, V> present(Map<String, @Nullable V> values) {
        values.values().removeIf(Objects::isNull);
        return values;
    }
}
