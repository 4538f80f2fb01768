package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A cache in Redis in front of a slower source of truth: read it, else load and fill; after a write, invalidate.
 *
 * <p><b>Guarantees</b>: a missing key is loaded by one caller at a time, across all threads and processes, as long as
 * the load takes no longer than the lease time; the others wait for its value. Once {@link #invalidate} or {@link #put}
 * has returned, no load that began before it stores its value, and no {@link #get} that begins later answers with a
 * value from before. Every key has a time to live. Bytes that cannot be read count as missing.
 *
 * <p><b>Does not guarantee</b>: freshness without invalidation; an entry may be as old as its time to live. That an
 * invalidation survives a failover: Redis replicates asynchronously, and then the time to live is the bound. An answer
 * while Redis is down: then {@code get} fails, and does not load. Null is not cached. After an
 * {@link io.github.redispatterns.core.UnknownOutcomeException} from {@code put} or {@code invalidate}, nothing is known;
 * invalidate again.
 *
 * <p><b>Cost</b>: a hit is one {@code GET}. A miss is three round trips ({@code GET}, lease, fill) and the load. A
 * waiting process polls with one {@code GET} each 5 to 80 ms for all of its waiting threads together.
 *
 * <p><b>Keys</b>: {@code prefix:{key}}, string, living at most {@link CacheAsideOptions#ttl()}: an entry (19 bytes of
 * header, then the value), or while a load is under way its lease, living at most {@link CacheAsideOptions#leaseTime()}.
 *
 * <p><b>Thread safety</b>: safe for concurrent use. Owns nothing that needs closing.
 *
 * <p><b>Source</b>: Nishtala et al., "Scaling Memcache at Facebook", NSDI'13 (leases).
 *
 * @param <V> the type of the values
 */
public final class CacheAside<V> {

    private final CacheParts<V> parts;
    private final SingleFlight<V> flights;

    private CacheAside(CacheParts<V> parts) {
        this.parts = parts;
        this.flights = new SingleFlight<>(parts);
    }

    /**
     * Creates a cache.
     *
     * @param redis where the entries are; stays open until you close it
     * @param keys where among the keys; caches that share a key space share their entries
     * @param codec how values are written; unless it has a bound already, 1 MiB is put on it
     * @param options how the cache behaves
     * @param <V> the type of the values
     * @return the cache
     */
    public static <V> CacheAside<V> create(Redis redis, KeySpace keys, Codec<V> codec, CacheAsideOptions options) {
        Check.notNull("redis", redis);
        Check.notNull("keys", keys);
        Check.notNull("codec", codec);
        Check.notNull("options", options);
        CacheMetrics metrics = new CacheMetrics(redis.meterRegistry(), options.name());
        return new CacheAside<>(
                new CacheParts<>(new CacheStore(redis, keys), new CacheFormat<>(codec, metrics), options, metrics));
    }

    /**
     * Reads a value, and loads it if it is missing. The loader runs in the calling thread.
     *
     * @param key which value; any text but the empty one
     * @param loader how to load it from the source of truth
     * @return the value, or null if the source has none
     * @throws IllegalArgumentException if an argument is not allowed, or the loaded value is over the codec's bound
     * @throws LoadFailedException if the loader threw a checked exception; an unchecked one is thrown as it is
     * @throws LoadTimeoutException if another caller's load did not finish within {@link CacheAsideOptions#maxWait()}
     * @throws io.github.redispatterns.core.NotExecutedException if Redis cannot be reached
     * @throws io.github.redispatterns.core.UnknownOutcomeException if Redis does not answer
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type, or Redis is out of memory
     */
    public @Nullable V get(String key, Loader<? extends V> loader) {
        Check.text("key", key);
        Check.notNull("loader", loader);
        long began = System.nanoTime();
        Found<V> found = parts.format().read(Sync.await(parts.store().read(key)));
        if (found instanceof Found.Value<V> entry) { // most calls end here, so the thread is lent only after this
            return hit(entry);
        }
        return Sync.callerRuns(caller ->
                flights.fly(reader(key, name -> loadIn(caller, loader, name), began), found, began, this::read));
    }

    /**
     * Reads a value, and loads it if it is missing.
     *
     * @param key which value; any text but the empty one
     * @param loader how to load it from the source of truth
     * @return the value, or null if the source has none; fails as {@link #get} does, and as the loader's stage does
     */
    public CompletionStage<@Nullable V> getAsync(String key, AsyncLoader<? extends V> loader) {
        Check.text("key", key);
        Check.notNull("loader", loader);
        return read(reader(key, loader, System.nanoTime()));
    }

    /**
     * Stores a value, whatever was there. A load under way will not overwrite it.
     *
     * @param key which value; any text but the empty one
     * @param value the value
     * @throws IllegalArgumentException if an argument is not allowed, or the value is over the codec's bound
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type, or Redis is out of memory
     */
    public void put(String key, V value) {
        Sync.await(putAsync(key, value));
    }

    /**
     * Stores a value, whatever was there. A load under way will not overwrite it.
     *
     * @param key which value; any text but the empty one
     * @param value the value
     * @return completes once the value is stored; fails as {@link #put} does
     */
    public CompletionStage<@Nullable Void> putAsync(String key, V value) {
        Check.text("key", key);
        byte[] entry = CacheRecord.entry(parts.format().encode(Check.notNull("value", value)));
        CacheAsideOptions options = parts.options();
        return parts.store()
                .put(key, entry, Ttl.jittered(options.ttl(), options.jitter()))
                .thenApply(stored -> overtaken(key));
    }

    /**
     * Removes a value. Call it after the write to the source of truth has committed. A load that began before will not
     * store what it read.
     *
     * @param key which value; any text but the empty one
     * @throws IllegalArgumentException if the key is not allowed
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type
     */
    public void invalidate(String key) {
        Sync.await(invalidateAsync(key));
    }

    /**
     * Removes a value. Call it after the write to the source of truth has committed. A load that began before will not
     * store what it read.
     *
     * @param key which value; any text but the empty one
     * @return completes once the value is gone; fails as {@link #invalidate} does
     */
    public CompletionStage<@Nullable Void> invalidateAsync(String key) {
        return parts.store().invalidate(Check.text("key", key)).thenApply(removed -> overtaken(key));
    }

    private @Nullable Void overtaken(String key) {
        flights.forget(key);
        return null;
    }

    private CompletionStage<@Nullable V> read(Reader<V> reader) {
        long asked = System.nanoTime();
        return parts.store().read(reader.key()).thenCompose(bytes -> {
            Found<V> found = parts.format().read(bytes);
            return found instanceof Found.Value<V> entry
                    ? CompletableFuture.completedFuture(hit(entry))
                    : flights.fly(reader, found, asked, this::read);
        });
    }

    private V hit(Found.Value<V> entry) {
        parts.metrics().got(Source.REDIS);
        return entry.value();
    }

    private Reader<V> reader(String key, AsyncLoader<? extends V> loader, long began) {
        return new Reader<>(
                key, loader, began, began + parts.options().maxWait().toNanos());
    }

    private static <V> CompletionStage<? extends @Nullable V> loadIn(
            Executor caller, Loader<? extends V> loader, String key) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return loader.load(key);
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new LoadFailedException(e);
                    } catch (Exception e) {
                        throw new LoadFailedException(e);
                    }
                },
                caller);
    }
}
