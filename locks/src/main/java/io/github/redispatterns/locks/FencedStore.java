package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.micrometer.core.instrument.Counter;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A store in Redis that fencing tokens guard: it remembers with each key the highest token seen, and refuses every
 * write with a lower one. So a holder that was paused past the end of its lease, and does not know it yet, changes
 * nothing that its successor has touched.
 *
 * <p>A key names an entity, which has a value, or fields, or both under one fence; and it names a stream, which has a
 * fence of its own. Send with every write the {@link Lease#fencingToken()} of the lease that it is done under; an equal
 * token is the same holder's, and is let through. To read, decide and write, call {@link #advance} first: from then on
 * the former holder can no longer change what was read.
 *
 * <p><b>Guarantees</b>: comparing the token, writing and remembering the token are one atomic step. Tokens are exact up
 * to {@link Long#MAX_VALUE}. A refused write changes nothing, not even the time to live. A deleted entity leaves its
 * fence behind, for {@link FencedStoreOptions#fenceMemory()}. A call is applied at most once, and its failure says
 * whether it may have been; one whose reply is lost can be repeated with its token, see
 * {@link #append(String, long, long, Map)} for streams.
 *
 * <p><b>Does not guarantee</b>: anything before the new holder's first call on a key: until then the former one's
 * writes are accepted there, as they might have been a moment earlier. That a repeated call does not come, late, after
 * another write of the <em>same</em> holder. That the fence outlives its key: whatever removes that (its time to live,
 * eviction, {@code DEL}, {@code FLUSHALL}, a restart without persistence) opens the fence. Nor that it outlives a
 * failover: Redis replicates asynchronously, so a promoted replica may not know the last write, nor its token. What
 * must not be lost belongs in a database; see {@link FencedTable}.
 *
 * <p><b>Cost</b>: a write is one script on one key, one round trip; a read is one {@code HMGET} or {@code HGETALL}.
 *
 * <p><b>Keys</b>: {@code prefix:{key}}, a hash of {@code fence}, {@code value} and {@code f:<name>} for each field;
 * {@code prefix:{key}:stream}, a stream whose entry ids are {@code <token>-<sequence>}. The time to live is
 * {@link FencedStoreOptions#ttl()}, begun anew by each write.
 *
 * <p><b>Thread safety</b>: safe for concurrent use.
 *
 * <p><b>Source</b>: Kleppmann, "How to do distributed locking", 2016.
 *
 * @param <T> the type of the values
 */
public final class FencedStore<T> {

    private static final String METER = "redis.patterns.locks.fenced.writes";

    private final Redis redis;
    private final KeySpace keys;
    private final FencedScripts scripts;
    private final FencedFormat<T> format;
    private final Counter written;
    private final Counter stale;

    private FencedStore(Redis redis, KeySpace keys, Codec<T> codec, FencedStoreOptions options) {
        this.redis = redis;
        this.keys = keys;
        this.scripts = new FencedScripts(redis, keys, options);
        this.format = new FencedFormat<>(codec);
        this.written = redis.meterRegistry().counter(METER, "outcome", "written");
        this.stale = redis.meterRegistry().counter(METER, "outcome", "stale");
    }

    /**
     * Creates a store.
     *
     * @param redis where the data is; stays open until you close it
     * @param keys where among the keys; not where the locks are
     * @param codec how values are written; unless it has a bound already, 1 MiB is put on it
     * @param options how the store behaves
     * @param <T> the type of the values
     * @return the store
     */
    public static <T> FencedStore<T> create(Redis redis, KeySpace keys, Codec<T> codec, FencedStoreOptions options) {
        Check.notNull("redis", redis);
        Check.notNull("keys", keys);
        Check.notNull("codec", codec);
        Check.notNull("options", options);
        return new FencedStore<>(redis, keys, codec, options);
    }

    /**
     * Sets the value of an entity. Its fields stay.
     *
     * @param key the entity; any text but the empty one
     * @param token the fencing token, from 1
     * @param value the value
     * @return whether it was written; ignore that at your peril, or call {@link FencedWrite#orElseThrow()}
     * @throws IllegalArgumentException if an argument is not allowed, or the value is over the codec's bound
     * @throws io.github.redispatterns.core.NotExecutedException if Redis could not be reached
     * @throws io.github.redispatterns.core.UnknownOutcomeException if no reply came; it may have been written
     * @throws io.github.redispatterns.core.CodecException if the key holds a hash without a fence that can be read
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type
     */
    public FencedWrite set(String key, long token, T value) {
        return Sync.await(setAsync(key, token, value));
    }

    /**
     * Sets the value of an entity, as {@link #set} does.
     *
     * @param key the entity; any text but the empty one
     * @param token the fencing token, from 1
     * @param value the value
     * @return whether it was written; fails as {@link #set} does
     */
    public CompletionStage<FencedWrite> setAsync(String key, long token, T value) {
        Check.text("key", key);
        return counted(scripts.set(key, FencingToken.check(token), format.encode(value)));
    }

    /**
     * Sets some fields of an entity, in one step. Its value and its other fields stay.
     *
     * @param key the entity; any text but the empty one
     * @param token the fencing token, from 1
     * @param fields the fields' names, not empty and of at most 1,024 bytes, and values; from 1 to 1,000 of them
     * @return whether they were written; throws as {@link #set} does
     */
    public FencedWrite setFields(String key, long token, Map<String, T> fields) {
        return Sync.await(setFieldsAsync(key, token, fields));
    }

    /**
     * Sets some fields of an entity, as {@link #setFields} does.
     *
     * @param key the entity; any text but the empty one
     * @param token the fencing token, from 1
     * @param fields the fields' names and values, as for {@link #setFields}
     * @return whether they were written; fails as {@link #set} does
     */
    public CompletionStage<FencedWrite> setFieldsAsync(String key, long token, Map<String, T> fields) {
        Check.text("key", key);
        return counted(scripts.setFields(key, FencingToken.check(token), format.encode(fields)));
    }

    /**
     * Appends an entry to the stream of a key, as the next one of its token. If the reply is lost, look at the end of
     * the stream before you repeat it, or use {@link #append(String, long, long, Map)}.
     *
     * @param key which stream; any text but the empty one
     * @param token the fencing token, from 1
     * @param fields the entry: names and values, as for {@link #setFields}
     * @return whether it was appended; throws as {@link #set} does
     */
    public FencedWrite append(String key, long token, Map<String, T> fields) {
        return Sync.await(appendAsync(key, token, fields));
    }

    /**
     * Appends an entry to the stream of a key, as {@link #append(String, long, Map)} does.
     *
     * @param key which stream; any text but the empty one
     * @param token the fencing token, from 1
     * @param fields the entry: names and values, as for {@link #setFields}
     * @return whether it was appended; fails as {@link #set} does
     */
    public CompletionStage<FencedWrite> appendAsync(String key, long token, Map<String, T> fields) {
        Check.text("key", key);
        return counted(scripts.append(key, FencingToken.check(token), format.encode(fields)));
    }

    /**
     * Appends an entry to the stream of a key under a number of its own. It may be repeated as often as need be, and is
     * by itself if a reply is lost: the stream takes each id once, and none after a later one.
     *
     * @param key which stream; any text but the empty one
     * @param token the fencing token, from 1
     * @param sequence the entry's number, from 0, greater than those before it under the same token
     * @param fields the entry: names and values, as for {@link #setFields}
     * @return whether it is there, by this call or by an earlier one with the same arguments; throws as {@link #set}
     *     does
     * @throws IllegalStateException if the token has a later entry, or another with this number; nothing was appended
     */
    public FencedWrite append(String key, long token, long sequence, Map<String, T> fields) {
        return Sync.await(appendAsync(key, token, sequence, fields));
    }

    /**
     * Appends an entry to the stream of a key under a number of its own, as {@link #append(String, long, long, Map)}
     * does.
     *
     * @param key which stream; any text but the empty one
     * @param token the fencing token, from 1
     * @param sequence the entry's number, from 0, greater than those before it under the same token
     * @param fields the entry: names and values, as for {@link #setFields}
     * @return whether it is there; fails as {@link #append(String, long, long, Map)} does
     */
    public CompletionStage<FencedWrite> appendAsync(String key, long token, long sequence, Map<String, T> fields) {
        Check.text("key", key);
        FencingToken.check(token);
        if (sequence < 0) {
            throw new IllegalArgumentException("sequence: must not be negative, is " + sequence);
        }
        return counted(scripts.append(key, token, sequence, format.encode(fields)));
    }

    /**
     * Deletes the value and the fields of an entity. Its fence stays, so that a former holder cannot bring them back.
     * (A stream is not deleted: it is trimmed, and it expires.)
     *
     * @param key the entity; any text but the empty one
     * @param token the fencing token, from 1
     * @return whether nothing is left of it; throws as {@link #set} does
     */
    public FencedWrite delete(String key, long token) {
        return Sync.await(deleteAsync(key, token));
    }

    /**
     * Deletes the value and the fields of an entity, as {@link #delete} does.
     *
     * @param key the entity; any text but the empty one
     * @param token the fencing token, from 1
     * @return whether nothing is left of it; fails as {@link #set} does
     */
    public CompletionStage<FencedWrite> deleteAsync(String key, long token) {
        Check.text("key", key);
        return counted(scripts.delete(key, FencingToken.check(token)));
    }

    /**
     * Closes an entity to every holder before this one, and changes nothing else. Whoever reads in order to decide what
     * to write calls it before the read.
     *
     * @param key the entity; any text but the empty one
     * @param token the fencing token, from 1
     * @return whether it is closed to them, or was closed to this one; throws as {@link #set} does
     */
    public FencedWrite advance(String key, long token) {
        return Sync.await(advanceAsync(key, token));
    }

    /**
     * Closes an entity to every holder before this one, as {@link #advance} does.
     *
     * @param key the entity; any text but the empty one
     * @param token the fencing token, from 1
     * @return whether it is closed to them; fails as {@link #set} does
     */
    public CompletionStage<FencedWrite> advanceAsync(String key, long token) {
        Check.text("key", key);
        return counted(scripts.setFields(key, FencingToken.check(token), Map.of()));
    }

    /**
     * Reads the value of an entity.
     *
     * @param key the entity; any text but the empty one
     * @return the value, or null if it has none
     * @throws IllegalArgumentException if the key is not allowed
     * @throws io.github.redispatterns.core.CodecException if what is there cannot be read
     * @throws io.github.redispatterns.core.PatternsException if Redis could not be reached
     * @throws io.lettuce.core.RedisCommandExecutionException if the key holds another type
     */
    public @Nullable T get(String key) {
        return Sync.await(getAsync(key));
    }

    /**
     * Reads the value of an entity, as {@link #get} does.
     *
     * @param key the entity; any text but the empty one
     * @return the value, or null if it has none; fails as {@link #get} does
     */
    public CompletionStage<@Nullable T> getAsync(String key) {
        String name = keys.key(Check.text("key", key));
        return redis.executeAsync(
                        Redis.KEYS_AND_BYTES,
                        commands -> commands.hmget(name, FencedScripts.FENCE, FencedScripts.VALUE))
                .thenApply(format::decodeValue);
    }

    /**
     * Reads all fields of an entity.
     *
     * @param key the entity; any text but the empty one
     * @return names and values; empty if it has none; throws as {@link #get} does
     */
    public Map<String, T> getFields(String key) {
        return Sync.await(getFieldsAsync(key));
    }

    /**
     * Reads all fields of an entity, as {@link #getFields} does.
     *
     * @param key the entity; any text but the empty one
     * @return names and values; empty if it has none; fails as {@link #get} does
     */
    public CompletionStage<Map<String, T>> getFieldsAsync(String key) {
        String name = keys.key(Check.text("key", key));
        return redis.executeAsync(Redis.KEYS_AND_BYTES, commands -> commands.hgetall(name))
                .thenApply(format::decodeFields);
    }

    /**
     * Where the stream of a key is, for {@code XRANGE}, {@code XREAD} and consumer groups. Nothing but
     * {@link #append(String, long, Map)} may add to it: the ids are its fence.
     *
     * @param key which stream; any text but the empty one
     * @return its name in Redis
     */
    public String streamKey(String key) {
        return scripts.streamName(Check.text("key", key));
    }

    private CompletionStage<FencedWrite> counted(CompletionStage<FencedWrite> writing) {
        return writing.thenApply(outcome -> {
            (outcome.isWritten() ? written : stale).increment();
            return outcome;
        });
    }
}
