package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import java.util.concurrent.CompletionStage;

/**
 * Follows a Redis Stream of invalidations: each entry has a field that holds a key of the cache. It may have the field
 * more than once, for a write that changed several values.
 *
 * <p><b>Guarantees</b>: every entry that is added is carried out at least once, as {@link CacheAside#invalidate} does it,
 * or else everything in the cache is dropped. An outage of Redis, of the network or of this process delays that, and no
 * more: it goes on from its position, which moves only once all before it has been removed. If that is not possible,
 * since the stream no longer holds all that was added after the position, or since there is no position, it says so, drops
 * everything by {@link CacheAside#invalidateAll}, and goes on from where the stream ended before that. If the cache's
 * Redis comes back in an earlier state, the position does too, and what came after it is carried out again.
 *
 * <p><b>Does not guarantee</b>: when. It is told of an entry as soon as it is added, but may lag behind a stream that
 * grows faster than keys can be removed. More than {@link CacheAside#invalidate} and {@link CacheAside#invalidateAll} do,
 * on a Cluster whose slots move. That it notices a stream that was deleted and made anew, if of the new one just as many
 * entries are gone as had been handled of the old one, or none and none. An entry that is deleted before it was read
 * counts as gone: do not follow a stream whose other readers delete what they have read.
 *
 * <p><b>Cost</b>: a connection of its own (on a Cluster one per master). Per batch, three round trips ({@code GET}, a
 * script that reads, {@code SET}) and one script per key, pipelined; after it, and every 2 s while nothing comes, one
 * {@code XREAD BLOCK}. One process that follows is enough for the fleet. Several may share a name, so that another is
 * there when one ends: then some of the work is done twice, which changes nothing.
 *
 * <p><b>Keys</b>: the stream, not the cache's, taken as it is given, and only read. In the cache's key space
 * <code>prefix:{stream}:position-name</code>, string, living {@link StreamInvalidationOptions#positionTtl()} from when it
 * was last renewed.
 *
 * <p><b>Thread safety</b>: safe for concurrent use. It has no thread of its own.
 *
 * <p><b>Source</b>: Redis documentation, "Redis Streams", "XINFO STREAM".
 */
public final class StreamInvalidation implements AutoCloseable {

    private final StreamFollower follower;

    private StreamInvalidation(StreamFollower follower) {
        this.follower = follower;
    }

    /**
     * Begins to follow, and waits until it has caught up: all that was in the stream when it was called has been carried
     * out, or everything dropped.
     *
     * @param redis where the stream is; may be another deployment than the cache's
     * @param stream the stream's whole key; need not exist yet
     * @param cache what to invalidate; close it after this
     * @param options how to follow
     * @return the follower; close it
     * @throws IllegalArgumentException if an argument is not allowed
     * @throws io.github.redispatterns.core.PatternsException if one of the two Redis cannot be reached; later outages are
     *     waited out
     * @throws io.lettuce.core.RedisCommandExecutionException if Redis refuses, say because the key holds another type
     */
    public static StreamInvalidation follow(
            Redis redis, String stream, CacheAside<?> cache, StreamInvalidationOptions options) {
        return Sync.await(followAsync(redis, stream, cache, options));
    }

    /**
     * Begins to follow.
     *
     * @param redis where the stream is; may be another deployment than the cache's
     * @param stream the stream's whole key; need not exist yet
     * @param cache what to invalidate; close it after this
     * @param options how to follow
     * @return the follower, once it has caught up; close it. Fails as {@link #follow} does
     */
    public static CompletionStage<StreamInvalidation> followAsync(
            Redis redis, String stream, CacheAside<?> cache, StreamInvalidationOptions options) {
        Check.notNull("redis", redis);
        Check.text("stream", stream);
        Check.notNull("cache", cache);
        Check.notNull("options", options);
        StreamFollower follower = new StreamFollower(redis, stream, cache, options);
        return follower.start().thenApply(started -> new StreamInvalidation(follower));
    }

    /**
     * Ends it and its connection. What is under way may still be carried out; the position stays. Closing the Redis handle
     * ends it too. Idempotent.
     */
    @Override
    public void close() {
        follower.close();
    }
}
