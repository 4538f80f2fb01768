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
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Finds and deletes keys on all masters: all keys in all databases where the servers are ours, else only the test's own
 * in the database that was given.
 */
final class KeyAudit {

    /** What PTTL answers for a key without a time to live. */
    private static final long NEVER = -1;

    private static final int BATCH = 1_000;

    /** INFO keyspace has one line per database that is not empty. */
    private static final Pattern DATABASE = Pattern.compile("^db(\\d+):", Pattern.MULTILINE);

    private final RedisDeployment redis;
    private final String prefix;

    KeyAudit(RedisDeployment redis, String prefix) {
        this.redis = redis;
        this.prefix = prefix;
    }

    /** Some of the keys of one database. */
    private record Batch(StatefulRedisConnection<String, String> connection, String place, List<String> keys) {

        List<String> immortal() {
            Map<String, CompletableFuture<Long>> ttls = new LinkedHashMap<>();
            keys.forEach(key -> ttls.put(key, connection.async().pttl(key).toCompletableFuture()));
            return keys.stream()
                    .filter(key -> Objects.requireNonNull(ttls.get(key)).join() == NEVER)
                    .toList();
        }
    }

    /** Keys that never expire and that are suspect, sorted; with their database unless it is 0. */
    List<String> immortal(Predicate<String> suspect) {
        List<String> found = new ArrayList<>();
        scan(batch -> batch.immortal().stream()
                .filter(suspect)
                .map(key -> key + batch.place())
                .forEach(found::add));
        return found.stream().sorted().toList();
    }

    /** Deletes the test's own keys, and all others that never expire and that the predicate does not want to keep. */
    void sweep(Predicate<String> keep) {
        scan(batch -> {
            List<String> victims = new ArrayList<>(batch.immortal());
            victims.removeIf(key -> keep.test(key));
            batch.keys().stream().filter(key -> key.startsWith(prefix)).forEach(victims::add);
            victims.stream().distinct().forEach(batch.connection().sync()::unlink);
        });
    }

    private void scan(Consumer<Batch> visitor) {
        for (RedisNode master : redis.masters()) {
            master.connected(connection -> {
                if (redis.isOurs()) {
                    scanDatabases(connection, visitor);
                } else {
                    scan(connection, prefix + "*", "", visitor);
                }
                return connection;
            });
        }
    }

    private static void scanDatabases(StatefulRedisConnection<String, String> connection, Consumer<Batch> visitor) {
        String info = connection.sync().info("keyspace");
        DATABASE.matcher(info)
                .results()
                .map(line -> Integer.parseInt(line.group(1)))
                .forEach(database -> {
                    connection.sync().select(database);
                    scan(connection, "*", database == 0 ? "" : " (in database " + database + ")", visitor);
                });
    }

    private static void scan(
            StatefulRedisConnection<String, String> connection, String pattern, String place, Consumer<Batch> visitor) {
        ScanArgs args = ScanArgs.Builder.matches(pattern).limit(BATCH);
        KeyScanCursor<String> cursor = connection.sync().scan(args);
        visitor.accept(new Batch(connection, place, cursor.getKeys()));
        while (!cursor.isFinished()) {
            cursor = connection.sync().scan(ScanCursor.of(cursor.getCursor()), args);
            visitor.accept(new Batch(connection, place, cursor.getKeys()));
        }
    }
}
