package io.github.redispatterns.core;

import java.time.Duration;

/** The examples in README.md, compiled, and run by {@link RedisIT}. */
final class CoreExamples {

    private CoreExamples() {}

    static void handle(String uri) {
        // region handle
        RedisOptions options =
                RedisOptions.builder().commandTimeout(Duration.ofMillis(500)).build();
        try (Redis redis = Redis.connect(uri, options)) {
            String key = KeySpace.of("shop", "visits").key("42");
            long visits = redis.execute(commands -> commands.incr(key)); // at most once
            redis.execute(commands -> commands.pexpire(key, Duration.ofHours(1)));
            System.getLogger("shop").log(System.Logger.Level.INFO, "{0} visits", visits);
        }
        // endregion
    }

    static long failures(Redis redis, String key) {
        // region failures
        try {
            return redis.execute(commands -> commands.incr(key));
        } catch (NotExecutedException e) {
            return redis.execute(commands -> commands.incr(key)); // safe: it did not happen
        } catch (UnknownOutcomeException e) {
            return Long.parseLong(redis.execute(commands -> commands.get(key))); // look before you write again
        }
        // endregion
    }
}
