package io.github.redispatterns.core;

import io.github.redispatterns.testkit.AsyncTwins;
import org.junit.jupiter.api.Test;

class TwinsTest {

    @Test
    void everyAsyncMethodHasItsSyncTwin() {
        AsyncTwins.check(Redis.class, PubSub.class, ScriptCall.class);
    }
}
