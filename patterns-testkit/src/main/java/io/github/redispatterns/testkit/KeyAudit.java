package io.github.redispatterns.testkit;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Finds and deletes keys on all masters. */
final class KeyAudit {

    /** What PTTL answers for a key without a time to live. */
    private static final long NEVER = -1;

    private static final int BATCH = 1_000;

    private final RedisDeployment redis;
    private final String prefix;

    KeyAudit(RedisDeployment redis, String prefix) {
        this.redis = redis;
        this.prefix = prefix;
    }

    /** Keys that never expire: all of them where the servers are ours, else only the test's own. */
    List<String> immortal() {
        List<String> found = new ArrayList<>();
        scan(redis.isOurs() ? "*" : prefix + "*", (connection, keys) -> found.addAll(immortal(connection, keys)));
        return found;
    }

    /** Deletes the test's own keys, and all others that never expire and that the predicate does not want to keep. */
    void sweep(Predicate<String> keep) {
        scan(redis.isOurs() ? "*" : prefix + "*", (connection, keys) -> {
            List<String> victims = new ArrayList<>(immortal(connection, keys));
            victims.removeIf(key -> keep.test(key));
            keys.stream().filter(key -> key.startsWith(prefix)).forEach(victims::add);
            victims.stream().distinct().forEach(connection.sync()::unlink);
        });
    }

    private static List<String> immortal(StatefulRedisConnection<String, String> connection, List<String> keys) {
        Map<String, CompletableFuture<Long>> ttls = new LinkedHashMap<>();
        keys.forEach(key -> ttls.put(key, connection.async().pttl(key).toCompletableFuture()));
        return keys.stream()
                .filter(key -> Objects.requireNonNull(ttls.get(key)).join() == NEVER)
                .toList();
    }

    private void scan(String pattern, BiConsumer<StatefulRedisConnection<String, String>, List<String>> visitor) {
        ScanArgs args = ScanArgs.Builder.matches(pattern).limit(BATCH);
        for (RedisNode master : redis.masters()) {
            master.connected(connection -> {
                KeyScanCursor<String> cursor = connection.sync().scan(args);
                while (true) {
                    visitor.accept(connection, cursor.getKeys());
                    if (cursor.isFinished()) {
                        return cursor;
                    }
                    cursor = connection.sync().scan(ScanCursor.of(cursor.getCursor()), args);
                }
            });
        }
    }
}
