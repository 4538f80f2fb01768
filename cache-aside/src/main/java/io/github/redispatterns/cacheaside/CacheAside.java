package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A cache in Redis in front of a slower source of truth: read it, else load and fill; after a write, invalidate.
 *
 * <p><b>Guarantees</b>: a missing key is loaded by one caller at a time, across all threads and processes, as long as
 * the load takes no longer than the lease time; the others wait for its value, and are woken when it is there. Once
 * {@link #invalidate}, {@link #put}, {@link #update} or {@link #invalidateAround} has returned {@code STORED} or
 * {@code REMOVED}, no load that began before it stores its value, and no read that begins later answers with a value from
 * before. A server that is dead or frozen, or refuses writes, costs a caller at most its timeout once per
 * {@link CacheAsideOptions#breakerWindow()}; meanwhile reads of its keys go to the loader, at most
 * {@link CacheAsideOptions#maxBypassLoads()} at once. Every key has a time to live. Bytes that cannot be read count as
 * missing.
 *
 * <p><b>Does not guarantee</b>: freshness without invalidation; an entry may be as old as its time to live. That an
 * invalidation survives a failover: Redis replicates asynchronously, and then the time to live is the bound. Nor a restart
 * from a snapshot or an append-only file that is older: a cache's Redis is best run without persistence. That a removal
 * that is pending survives the process, since it is kept in memory. That other processes do not read the old value while a
 * write is {@link WriteOutcome#PENDING}.
 *
 * <p><b>Cost</b>: a hit is one {@code GET}. A miss is three round trips ({@code GET}, lease, fill) and the load. A
 * process that waits for another's load registers for a message once and looks once it has come, and every 250 ms in
 * case it was lost, for all of its waiting threads together. Every 5 s, if anything is ever stale, one {@code TIME}.
 *
 * <p><b>Keys</b>: {@code prefix:{key}}, string, living at most {@link CacheAsideOptions#ttl()}, or what the loader said:
 * an entry (32 bytes of header, then the value), or while a load is under way its lease, living at most
 * {@link CacheAsideOptions#leaseTime()}. Channels: {@code prefix:wake-} and eight letters, one per process that waits.
 *
 * <p><b>Thread safety</b>: safe for concurrent use. Close it to end its subscription and its threads, which begin to
 * exist when they are first needed.
 *
 * <p><b>Source</b>: Nishtala et al., "Scaling Memcache at Facebook", NSDI'13 (leases); Vattani, Chierichetti, Lowenstein,
 * "Optimal Probabilistic Cache Stampede Prevention", VLDB'15 (early refresh).
 *
 * @param <V> the type of the values
 */
public final class CacheAside<V> implements AutoCloseable {

    private final CacheParts<V> parts;
    private final ServerClock clock;
    private final Reads<V> reads;
    private final Writes<V> writes;
    private final RefreshThreads threads;

    private CacheAside(Redis redis, KeySpace keys, Codec<V> codec, CacheAsideOptions options) {
        CacheMetrics metrics = new CacheMetrics(redis.meterRegistry(), options.name());
        CacheStore store = new CacheStore(redis, keys);
        Duration timeout = redis.options().commandTimeout();
        RedisGuards guards = new RedisGuards(
                () -> new RedisGuard(options, timeout, metrics, System::nanoTime),
                store::name,
                redis.masters(),
                metrics);
        clock = new ServerClock(redis, guards.common());
        threads = new RefreshThreads(options);
        parts = new CacheParts<>(
                options,
                store,
                new CacheFormat<>(codec, metrics),
                metrics,
                guards,
                new Freshness(options, clock::millis),
                new Wakeups(redis.pubSub(), keys),
                new Admission(options, metrics),
                new Nesting(),
                new Removals(options, store, guards, metrics),
                threads);
        reads = new Reads<>(parts, clock);
        writes = new Writes<>(parts, reads.flights());
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
        return new CacheAside<>(redis, keys, codec, options);
    }

    /**
     * Reads a value, and loads it if it is missing. The loader runs in the calling thread.
     *
     * @param key which value; any text but the empty one
     * @param loader how to load it from the source of truth
     * @return the value, or null if the source has none
     * @throws IllegalArgumentException if an argument is not allowed, or the loaded value is over the codec's bound
     * @throws LoadFailedException if the loader threw a checked exception; an unchecked one is thrown as it is
     * @throws IllegalStateException if called by the loader or writer of the same key, and it is not there
     * @throws LoadTimeoutException if the wait for another caller's load, or for a turn to load past Redis, has reached
     *     {@link CacheAsideOptions#maxWait()}
     * @throws io.github.redispatterns.core.PatternsException if Redis cannot be used and no load may go past it
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type
     */
    public @Nullable V get(String key, Loader<? extends V> loader) {
        return reads.read(Check.text("key", key), loading(loader)).value();
    }

    /**
     * Reads a value, and loads it if it is missing.
     *
     * @param key which value; any text but the empty one
     * @param loader how to load it from the source of truth
     * @return the value, or null if the source has none; fails as {@link #get} does, and as the loader's stage does
     */
    public CompletionStage<@Nullable V> getAsync(String key, AsyncLoader<? extends V> loader) {
        return readAsync(key, loader).thenApply(Answer::value);
    }

    /**
     * Reads a value as {@link #get} does, and tells where it came from and how old it is. The first one may have to wait for
     * the server's time.
     *
     * @param key which value; any text but the empty one
     * @param loader how to load it from the source of truth
     * @return the answer; throws as {@link #get} does
     */
    public Lookup<V> lookup(String key, Loader<? extends V> loader) {
        return Sync.await(reads.read(Check.text("key", key), loading(loader)).toLookup(clock));
    }

    /**
     * Reads a value as {@link #getAsync} does, and tells where it came from and how old it is.
     *
     * @param key which value; any text but the empty one
     * @param loader how to load it from the source of truth
     * @return the answer; fails as {@link #getAsync} does
     */
    public CompletionStage<Lookup<V>> lookupAsync(String key, AsyncLoader<? extends V> loader) {
        return readAsync(key, loader).thenCompose(answer -> answer.toLookup(clock));
    }

    /**
     * Reads many values, and loads those that are missing: one call of the loader for all that this caller has the lease
     * of, in the calling thread; the others it waits for. One call for all those that Redis cannot be asked for, one for all
     * whose lease it does not give, and one in the background for all that are to be refreshed. One look for all, whose cost
     * grows with their number.
     *
     * @param keys which values; each any text but the empty one
     * @param loader how to load them from the source of truth
     * @return the values by key, in the order of the keys; those that the source does not have are left out; cannot be
     *     modified
     * @throws IllegalArgumentException if an argument is not allowed, or a loaded value is over the codec's bound
     * @throws LoadFailedException if the loader threw a checked exception; an unchecked one is thrown as it is
     * @throws LoadTimeoutException as {@link #get} does
     * @throws io.github.redispatterns.core.PatternsException as {@link #get} does
     * @throws io.lettuce.core.RedisCommandExecutionException if a key holds another type
     */
    public Map<String, V> getAll(Collection<String> keys, BulkLoader<? extends V> loader) {
        Map<String, @Nullable V> all = distinct(keys);
        Check.notNull("loader", loader);
        return new BulkRead<V>(parts, reads, BulkLoading.of(loader), all).run();
    }

    /**
     * Reads many values, and loads those that are missing: one call of the loader for all that this caller has the lease
     * of; the others it waits for.
     *
     * @param keys which values; each any text but the empty one
     * @param loader how to load them from the source of truth
     * @return the values by key, in the order of the keys; those that the source does not have are left out; cannot be
     *     modified; fails as {@link #getAll} does, and as the loader's stage does
     */
    public CompletionStage<Map<String, V>> getAllAsync(Collection<String> keys, AsyncBulkLoader<? extends V> loader) {
        Map<String, @Nullable V> all = distinct(keys);
        Check.notNull("loader", loader);
        return new BulkRead<V>(parts, reads, BulkLoading.of(loader), all).runAsync(threads);
    }

    /**
     * Stores a value, whatever was there, in two round trips. A load under way will not overwrite it.
     *
     * @param key which value; any text but the empty one
     * @param value the value
     * @return {@code STORED}; {@code REMOVED} if the value could not be stored: another write overlapped, Redis is full, or the
     *     reply to the claim was lost; or {@code PENDING}
     * @throws IllegalArgumentException if an argument is not allowed, or the value is over the codec's bound
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type
     */
    public WriteOutcome put(String key, V value) {
        return Sync.await(putAsync(key, value));
    }

    /**
     * Stores a value, whatever was there, in two round trips. A load under way will not overwrite it.
     *
     * @param key which value; any text but the empty one
     * @param value the value
     * @return as {@link #put} does; fails as it does
     */
    public CompletionStage<WriteOutcome> putAsync(String key, V value) {
        Check.text("key", key);
        return writes.put(key, parts.format().encode(Check.notNull("value", value)));
    }

    /**
     * Removes a value. Call it after the write to the source of truth has committed. A load that began before will not
     * store what it read.
     *
     * @param key which value; any text but the empty one
     * @return {@code REMOVED} or {@code PENDING}
     * @throws IllegalArgumentException if the key is not allowed
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type
     */
    public WriteOutcome invalidate(String key) {
        return Sync.await(invalidateAsync(key));
    }

    /**
     * Removes a value, as {@link #invalidate} does.
     *
     * @param key which value; any text but the empty one
     * @return {@code REMOVED} or {@code PENDING}; fails as {@link #invalidate} does
     */
    public CompletionStage<WriteOutcome> invalidateAsync(String key) {
        return writes.invalidate(Check.text("key", key));
    }

    /**
     * Removes all values, for when it is not known which are old: everything that was there when it began, leases too, so
     * that no load under way stores what it read; but not in slots that move meanwhile. Costs a scan of the database.
     *
     * @throws io.github.redispatterns.core.PatternsException if Redis cannot be reached; some may be left, call it again
     */
    public void invalidateAll() {
        Sync.await(invalidateAllAsync());
    }

    /**
     * Removes all values, for when it is not known which are old.
     *
     * @return completes when they are gone; fails as {@link #invalidateAll} does
     */
    public CompletionStage<@Nullable Void> invalidateAllAsync() {
        return writes.invalidateAll();
    }

    /**
     * Writes a value through: to the source of truth, then to the cache. Readers wait meanwhile, at most
     * {@link CacheAsideOptions#leaseTime()}; a writer that dies leaves nothing old behind if it had no longer than that.
     *
     * @param key which value; any text but the empty one
     * @param value the value
     * @param writer writes it to the source of truth, and commits; runs in the calling thread, also if Redis cannot be
     *     reached
     * @return {@code STORED}; {@code REMOVED} if the value could not be stored: another write overlapped, Redis is full, or the
     *     reply to the claim was lost; or {@code PENDING}
     * @throws IllegalArgumentException before anything is written, if an argument is not allowed, or the value is over
     *     the codec's bound
     * @throws WriteFailedException if the writer threw a checked exception; an unchecked one is thrown as it is. Then the
     *     key is empty, or its removal is pending, in case it has committed all the same
     * @throws io.lettuce.core.RedisCommandExecutionException before anything is written, if the key holds another type
     */
    public WriteOutcome update(String key, V value, Writer writer) {
        Check.text("key", key);
        byte[] encoded = parts.format().encode(Check.notNull("value", value));
        Check.notNull("writer", writer);
        return Sync.callerRuns(caller -> writes.around(key, encoded, writer, caller));
    }

    /**
     * Writes a value through: to the source of truth, then to the cache. Readers wait meanwhile.
     *
     * @param key which value; any text but the empty one
     * @param value the value
     * @param writer writes it to the source of truth, and commits
     * @return as {@link #update} does; fails as it does, and as the writer's stage does
     */
    public CompletionStage<WriteOutcome> updateAsync(String key, V value, AsyncWriter writer) {
        Check.text("key", key);
        byte[] encoded = parts.format().encode(Check.notNull("value", value));
        return writes.around(key, encoded, Check.notNull("writer", writer));
    }

    /**
     * Writes to the source of truth with the key emptied before and after. Unlike an {@link #invalidate} that follows a
     * write, it leaves nothing old behind if the process dies between the two, provided that the write took no longer
     * than {@link CacheAsideOptions#leaseTime()}. Readers wait meanwhile, at most that long.
     *
     * @param key which value; any text but the empty one
     * @param writer writes to the source of truth, and commits; runs in the calling thread, also if Redis cannot be
     *     reached
     * @return {@code REMOVED} or {@code PENDING}
     * @throws IllegalArgumentException before anything is written, if an argument is not allowed
     * @throws WriteFailedException as {@link #update} does
     * @throws io.lettuce.core.RedisCommandExecutionException before anything is written, if the key holds another type
     */
    public WriteOutcome invalidateAround(String key, Writer writer) {
        Check.text("key", key);
        Check.notNull("writer", writer);
        return Sync.callerRuns(caller -> writes.around(key, null, writer, caller));
    }

    /**
     * Writes to the source of truth with the key emptied before and after.
     *
     * @param key which value; any text but the empty one
     * @param writer writes to the source of truth, and commits
     * @return as {@link #invalidateAround} does; fails as it does, and as the writer's stage does
     */
    public CompletionStage<WriteOutcome> invalidateAroundAsync(String key, AsyncWriter writer) {
        return writes.around(Check.text("key", key), null, Check.notNull("writer", writer));
    }

    /**
     * Describes what Redis holds under a key, for debugging. Never loads.
     *
     * @param key which value; any text but the empty one
     * @return what it holds, or null if nothing
     * @throws io.github.redispatterns.core.PatternsException if Redis cannot be reached
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type
     */
    public @Nullable Inspection inspect(String key) {
        return Sync.await(inspectAsync(key));
    }

    /**
     * Describes what Redis holds under a key, as {@link #inspect} does.
     *
     * @param key which value; any text but the empty one
     * @return what it holds, or null if nothing; fails as {@link #inspect} does
     */
    public CompletionStage<@Nullable Inspection> inspectAsync(String key) {
        return new Inspector(parts.store(), clock).inspect(Check.text("key", key));
    }

    /**
     * Ends the subscription and the threads, and reports the removals that are still pending as lost. The cache is not to
     * be used after that. Idempotent.
     */
    @Override
    public void close() {
        parts.wakeups().close();
        parts.removals().close();
        threads.close();
        parts.metrics().close();
    }

    /** For what invalidates from elsewhere. */
    CacheParts<V> parts() {
        return parts;
    }

    private CompletionStage<Answer<V>> readAsync(String key, AsyncLoader<? extends V> loader) {
        Check.text("key", key);
        return reads.read(key, Loading.of(Check.notNull("loader", loader)), threads);
    }

    private static <V> Loading<V> loading(Loader<? extends V> loader) {
        return Loading.of(Check.notNull("loader", loader));
    }

    private static <V> Map<String, @Nullable V> distinct(Collection<String> keys) {
        Map<String, @Nullable V> all =
                new LinkedHashMap<>(Check.notNull("keys", keys).size() * 4 / 3 + 1);
        keys.forEach(key -> all.put(Check.text("keys", key), null));
        return all;
    }
}
