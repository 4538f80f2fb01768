package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad arguments, strange resources, and what else may stand at the key. */
@RedisTest
class SharesInputIT extends SharesFixture {

    private DistributedReadWriteLock books;
    private DistributedSemaphore seats;

    @BeforeEach
    void create() {
        books = closing(DistributedReadWriteLock.create(redis, keys.child("books")));
        seats = closing(DistributedSemaphore.create(redis, keys.child("seats"), 1));
    }

    @Test
    void badInputIsRefusedBeforeAnyIo() {
        redis.close(); // any I/O would fail otherwise than by IllegalArgumentException
        for (DistributedLock lock : List.of(books.readLock(), books.writeLock())) {
            for (String bad : new String[] {null, "", "\uD83D"}) {
                refused("resource: ", () -> lock.tryAcquire(bad, TTL));
                refused("resource: ", () -> lock.acquireAsync(bad, TTL, WAIT));
            }
            refused("ttl: ", () -> lock.tryAcquire("seat", Duration.ofMillis(99)));
            refused("maxWait: ", () -> lock.acquire("seat", TTL, Duration.ofMillis(-1)));
            refused("options: ", () -> lock.acquire("seat", null));
        }
        for (String bad : new String[] {null, "", "\uD83D"}) {
            refused("resource: ", () -> seats.tryAcquire(bad, TTL));
            refused("resource: ", () -> seats.tryAcquireAsync(bad, TTL));
            refused("resource: ", () -> seats.acquire(bad, TTL, WAIT));
            refused("resource: ", () -> seats.acquireAsync(bad, TTL, WAIT));
        }
        refused("ttl: ", () -> seats.tryAcquire("room", Duration.ZERO));
        refused("ttl: ", () -> seats.tryAcquire("room", Duration.ofDays(4000)));
        refused("maxWait: ", () -> seats.acquire("room", TTL, null));
        refused("options: ", () -> seats.acquireAsync("room", null));
        refused("call: ", () -> seats.withPermit("room", LeaseOptions.ofTtl(TTL), null));
        refused("call: ", () -> seats.withPermitAsync("room", LeaseOptions.ofTtl(TTL), null));

        for (int bad : new int[] {Integer.MIN_VALUE, -1, 0, 10_001}) {
            refused("permits: must be from 1 to 10000, is " + bad, () -> DistributedSemaphore.create(redis, keys, bad));
        }
        refused("redis: ", () -> DistributedSemaphore.create(null, keys, 1));
        refused("keys: ", () -> DistributedSemaphore.create(redis, null, 1));
        refused("options: ", () -> DistributedSemaphore.create(redis, keys, 1, null));
        refused("redis: ", () -> DistributedReadWriteLock.create(null, keys));
        refused("keys: ", () -> DistributedReadWriteLock.create(redis, null));
        refused("options: ", () -> DistributedReadWriteLock.create(redis, keys, null));
    }

    @Test
    void anotherTypeIsATypedErrorAndIsLeftAlone() {
        foreignIsATypedErrorAndIsLeftAlone((c, key) -> c.rpush(key, "foreign"), (c, key) -> c.lrange(key, 0, -1));
    }

    /** Nor is another's hash taken over, be it a lock's. */
    @ParameterizedTest
    @ValueSource(strings = {"x", "fence", "owner", "=pT", ">pT", "used"})
    void anothersHashIsATypedErrorAndIsLeftAlone(String field) {
        foreignIsATypedErrorAndIsLeftAlone((c, key) -> c.hset(key, field, "foreign"), RedisCommands::hgetall);
    }

    /** By every call, and by every step; with its time to live. */
    private void foreignIsATypedErrorAndIsLeftAlone(
            BiConsumer<RedisCommands<String, String>, String> put,
            BiFunction<RedisCommands<String, String>, String, Object> read) {
        List<String> names =
                List.of(keys.child("books").key("k"), keys.child("seats").key("k"));
        List<Object> before = new ArrayList<>();
        for (String name : names) {
            before.add(deployment.masterOf(name).call(c -> {
                put.accept(c, name);
                c.pexpire(name, 60_000);
                return read.apply(c, name);
            }));
        }
        for (DistributedLock lock : List.of(books.readLock(), books.writeLock())) {
            wrongType(() -> lock.tryAcquire("k", TTL));
            wrongType(() -> lock.acquire("k", TTL, WAIT));
        }
        wrongType(() -> seats.tryAcquire("k", TTL));
        wrongType(() -> seats.acquire("k", TTL, WAIT));
        ShareStore store = new ShareStore(redis, LockOptions.defaults(), 1, DistributedSemaphore.PERMIT);
        Request request = new Request(names.get(1), "pT", 30_000, "p");
        wrongType(() -> Sync.await(store.watch(request.key(), "11111111")));
        wrongType(() -> Sync.await(store.watch(request.key(), LeaseStore.NOBODY)));
        wrongType(() -> Sync.<Boolean>await(store.extend(request, TTL)));
        wrongType(() -> Sync.<Boolean>await(store.release(request, Duration.ZERO)));
        wrongType(() -> Sync.<Boolean>await(store.release(request, TTL)));
        for (String name : names) {
            Object after = deployment.masterOf(name).call(c -> read.apply(c, name));
            assertThat(after).isEqualTo(before.remove(0));
            long leftMillis = deployment.masterOf(name).call(c -> c.pttl(name));
            assertThat(leftMillis).isBetween(1L, 60_000L);
        }
    }

    @Test
    void strangeResourcesWorkAndStayApart() {
        List<String> strange =
                List.of(":", "{", "}", "{}", "*", "?", "[", "%", "%7B", "a b", "\n", "é", "\uD83D\uDE00");
        for (String resource : strange) {
            acquired(seats.tryAcquire(resource, TTL));
            acquired(books.writeLock().tryAcquire(resource, TTL));
        }
        for (String resource : strange) {
            assertThat(seats.tryAcquire(resource, TTL)).isInstanceOf(Acquisition.Busy.class);
            assertThat(books.readLock().tryAcquire(resource, TTL)).isInstanceOf(Acquisition.Busy.class);
        }
    }

    @Test
    void whatIsNotThereIsNotMade() {
        ShareStore store = new ShareStore(redis, LockOptions.defaults(), 1, DistributedSemaphore.PERMIT);
        Request request = new Request(keys.key("room"), "pT", 30_000, "p");
        assertThat(Sync.await(store.watch(request.key(), "11111111")).known()).isFalse();
        assertThat(Sync.await(store.watch(request.key(), LeaseStore.NOBODY)).known())
                .isTrue();
        assertThat(Sync.<Boolean>await(store.extend(request, TTL))).isFalse();
        assertThat(Sync.<Boolean>await(store.release(request, TTL))).isFalse();
        assertThat(fields("room")).isEmpty();
    }

    /** An empty mode must not be taken for that of a writer. */
    @Test
    void anUnknownModeIsRefused() {
        ShareStore store = new ShareStore(
                redis,
                LockOptions.defaults(),
                DistributedReadWriteLock.PERMITS,
                DistributedReadWriteLock.WRITE,
                DistributedReadWriteLock.READ);
        for (String bad : List.of("", "p", "rw")) {
            refused(
                    "mode: must be one of wr, is '" + bad + "'",
                    () -> store.acquire(new Request(keys.key("room"), "T", 30_000, bad), LeaseStore.NOBODY));
        }
        assertThat(fields("room")).isEmpty();
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    private static void wrongType(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");
    }
}
