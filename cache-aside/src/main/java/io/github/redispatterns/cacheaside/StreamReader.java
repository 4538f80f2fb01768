package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads a stream from a position on. */
final class StreamReader {

    /** Says what it returns: the first three of them are facts, the rest entries. */
    private static final LuaScript<List<@Nullable Object>> FOLLOW =
            LuaScript.list(StreamReader.class, "cache-aside/cache_follow.lua").idempotent();

    private static final int FACTS = 3;

    private final Redis redis;
    private final String stream;
    private final String field;
    private final int limit;

    StreamReader(Redis redis, String stream, StreamInvalidationOptions options) {
        this.redis = redis;
        this.stream = stream;
        this.field = options.field();
        this.limit = options.batchSize();
    }

    CompletionStage<StreamBatch> read(StreamPosition after) {
        return FOLLOW.on(redis)
                .key(stream)
                .arg(after.id())
                .arg(after.added())
                .arg(limit)
                .arg(field)
                .runAsync()
                .thenApply(reply -> batch(after, reply));
    }

    private StreamBatch batch(StreamPosition after, List<@Nullable Object> reply) {
        boolean gone = number(reply.get(0)) == 1;
        StreamPosition end = new StreamPosition(text(reply.get(1)), number(reply.get(2)));
        List<List<byte[]>> entries = new ArrayList<>(reply.size() - FACTS);
        StreamPosition next = end;
        for (Object each : reply.subList(FACTS, reply.size())) {
            List<?> entry = (List<?>) Objects.requireNonNull(each);
            entries.add(entry.stream()
                    .skip(1)
                    .map(value -> (byte[]) Objects.requireNonNull(value))
                    .toList());
            next = new StreamPosition(text(entry.get(0)), after.added() + entries.size());
        }
        // The end is further than the last entry where later ones have been deleted, all of them handled before.
        return new StreamBatch(gone, end, entries.size() < limit ? end : next, entries);
    }

    private static long number(@Nullable Object reply) {
        return (Long) Objects.requireNonNull(reply);
    }

    private static String text(@Nullable Object reply) {
        return new String((byte[]) Objects.requireNonNull(reply), StandardCharsets.US_ASCII);
    }
}
