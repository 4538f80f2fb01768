package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.MessageListener;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Each script that ends a lease tells all who are in it; {@link CacheWaitIT} has what waiters make of that. */
@RedisTest
class CacheWakeIT extends CacheBench {

    private static final List<String> WAITERS = List.of("waiter-a", "waiter-b");

    @Test
    void allWhoWaitAreToldWhichLeaseHasEnded() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        for (String waiter : WAITERS) {
            redis.pubSub().subscribe(keys.channel("wake-" + waiter), new Listener(waiter, heard));
        }
        CacheStore store = store();
        byte[] id = CacheRecord.newId();
        Lifetime life = new Lifetime(TTL.toMillis(), TTL.toMillis());
        Map<String, Supplier<CompletionStage<Boolean>>> ends = Map.of(
                "filled", () -> store.fill("filled", id, new byte[1], life, 0),
                "released", () -> store.release("released", id),
                "claimed", () -> store.claim("claimed", CacheRecord.newId(), TTL),
                "invalidated", () -> store.invalidate("invalidated"));
        ends.forEach((key, end) -> {
            Sync.await(store.lease(key, id, TTL));
            WAITERS.forEach(waiter -> Sync.await(store.await(key, waiter.getBytes(StandardCharsets.UTF_8))));
            assertThat(Sync.<Boolean>await(end.get())).as(key).isTrue();
        });
        List<String> expected = ends.keySet().stream()
                .flatMap(key -> WAITERS.stream().map(waiter -> waiter + ": " + keys.key(key)))
                .toList();
        Awaitility.await().untilAsserted(() -> assertThat(heard).containsExactlyInAnyOrderElementsOf(expected));
    }

    private record Listener(String waiter, Queue<String> heard) implements MessageListener {

        @Override
        public void onMessage(byte[] message) {
            heard.add(waiter + ": " + new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public void onGap() {
            heard.add(waiter + " may have missed something");
        }
    }
}
