package io.github.redispatterns.locks;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;

/** What the tests of readers and writers and those of permits look at, and how they lose processes and messages. */
abstract class SharesFixture extends LocksFixture {

    static CompletableFuture<Lease> leased(CompletionStage<Acquisition> acquiring) {
        return acquiring.thenApply(Acquisition::orElseThrow).toCompletableFuture();
    }

    static LeaseOptions withToken(String token) {
        return LeaseOptions.builder(TTL).requestToken(token).build();
    }

    final void awaitQueue(String resource, int waiters) {
        Awaitility.await()
                .until(() -> queued(resource, ">").size() == waiters
                        && queued(resource, "#").size() == waiters);
    }

    /** Another process's handle, whose messages go astray: Redis says that they were heard, but they were not. */
    final Redis mute() {
        ScriptHook hook = new ScriptHook(
                script -> script.replace("redis.call('PUBLISH'", "(function() return 1 end)('PUBLISH'"), () -> "");
        return closing(Handles.open(
                deployment, user, RedisOptions.builder().meterRegistry(registry).scriptHook(hook)));
    }
}
