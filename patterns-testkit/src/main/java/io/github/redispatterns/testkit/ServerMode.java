package io.github.redispatterns.testkit;

/** What a {@code redis-server} is started as. */
enum ServerMode {
    DATA,
    SENTINEL
}
