package io.github.redispatterns.benchmarks.peers;

import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import com.alicp.jetcache.support.JetCacheExecutor;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;

/**
 * How JetCache is set up.
 *
 * <p>Found best: a codec that copies bytes, an executor that runs what it is given at once, and consolidated flushes.
 * Tried and left out: a key convertor, which leaves keys that are strings as they are, and {@code asyncResultTimeout},
 * which only limits the waiting. A local cache in front would be another thing.
 *
 * @param configuration what rows call it
 * @param lettuce the client that it is given
 * @param change what is changed from its defaults
 */
record JetCacheSetup(String configuration, LettuceSetup lettuce, Consumer<RedisLettuceCacheBuilder<?>> change) {

    /** As its builder comes: keys as they are, Java serialization, replies decoded in a pool of its own. */
    private static final JetCacheSetup DEFAULT = new JetCacheSetup("default", LettuceSetup.DEFAULT, builder -> {});

    /** With a value codec that only copies bytes, and replies decoded in the thread that reads them. */
    private static final JetCacheSetup DIRECT =
            new JetCacheSetup("bytes, direct executor", LettuceSetup.DEFAULT, JetCacheSetup::decodeAtOnce);

    /** The same, on a Lettuce client that consolidates flushes. */
    private static final JetCacheSetup DIRECT_CONSOLIDATED = new JetCacheSetup(
            "bytes, direct executor, consolidated flush", LettuceSetup.CONSOLIDATED_FLUSH, JetCacheSetup::decodeAtOnce);

    /** Its best, and of the callers of one process that miss a key one loads. */
    private static final JetCacheSetup PROTECTED = new JetCacheSetup(
            "penetration protection, " + DIRECT_CONSOLIDATED.configuration,
            LettuceSetup.CONSOLIDATED_FLUSH,
            builder -> {
                decodeAtOnce(builder);
                builder.cachePenetrateProtect(true);
            });

    /** Every setup for reading what is there. */
    static final List<JetCacheSetup> ALL = List.of(DEFAULT, DIRECT, DIRECT_CONSOLIDATED);

    /** The first and the best of these. */
    static final List<JetCacheSetup> ENDS = List.of(DEFAULT, DIRECT_CONSOLIDATED);

    /** The first and the best for loading what is missing. */
    static final List<JetCacheSetup> LOADING = List.of(DEFAULT, PROTECTED);

    private static void decodeAtOnce(RedisLettuceCacheBuilder<?> builder) {
        builder.valueEncoder(JetCacheEntry::encode).valueDecoder(JetCacheEntry::decode);
        JetCacheExecutor.setDefaultExecutor(new ScheduledThreadPoolExecutor(0) {
            @Override
            public void execute(Runnable task) {
                task.run();
            }
        });
    }
}
