package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Redis;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the position of one follower beside the entries of the cache.
 *
 * <p>There, and not in memory alone, so that the two are lost together: a Redis that comes back in an earlier state, with
 * entries that were invalidated since, comes back with the position of that time.
 */
final class StreamPositions {

    private final CacheParts<?> parts;
    private final String stream;
    private final String name;
    private final Duration ttl;

    StreamPositions(CacheParts<?> parts, String stream, StreamInvalidationOptions options) {
        this.parts = parts;
        this.stream = stream;
        this.name = parts.store().positionName(stream, options.name());
        this.ttl = options.positionTtl();
    }

    CompletionStage<@Nullable StreamPosition> load() {
        return parts.guard(stream)
                .call(() -> parts.store().redis().executeAsync(Redis.KEYS_AND_BYTES, commands -> commands.get(name)))
                .thenApply(StreamPosition::parse);
    }

    /**
     * Not compared with what is stored. A position is only ever saved when all before it has been handled, so none is
     * too far; and one that is further back than another's makes that be handled again, which changes nothing.
     */
    CompletionStage<String> save(StreamPosition position) {
        byte[] value = position.toBytes();
        return parts.guard(stream)
                .call(() -> parts.store()
                        .redis()
                        .executeAsync(
                                Redis.KEYS_AND_BYTES, commands -> commands.set(name, value, SetArgs.Builder.px(ttl))));
    }
}
