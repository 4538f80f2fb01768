package io.github.redispatterns.core;

import io.lettuce.core.SetArgs;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;

/** The examples in README.md, compiled, and run by {@link RedisIT}. */
final class CoreExamples {

    private CoreExamples() {}

    static String handle(String uri) {
        // region handle
        RedisOptions options =
                RedisOptions.builder().commandTimeout(Duration.ofMillis(500)).build();
        try (Redis redis = Redis.connect(uri, options)) {
            String key = KeySpace.of("shop", "cart").key("42");
            redis.execute(c -> c.set(key, "3 items", SetArgs.Builder.px(Duration.ofHours(1)))); // at most once
            return redis.execute(c -> c.get(key));
        }
        // endregion
    }

    // region consolidation
    static ClientResources consolidating() { // for RedisClient.create(resources, uri); shut it down after the client
        return ClientResources.builder()
                .nettyCustomizer(new FlushConsolidation())
                .build();
    }
    // endregion

    // region failures
    static boolean claim(Redis redis, String key, String token) {
        SetArgs ifAbsent = SetArgs.Builder.nx().px(Duration.ofMinutes(1));
        String holder;
        try {
            holder = redis.execute(c -> c.setGet(key, token, ifAbsent));
        } catch (UnknownOutcomeException e) { // it may have run: the second answer tells, by the token
            holder = redis.execute(c -> c.setGet(key, token, ifAbsent));
        }
        return holder == null || holder.equals(token);
    }
    // endregion
}
