package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bad arguments, strange resources, and what else may stand at the key. */
@RedisTest
class LockInputIT extends LocksFixture {

    /** What is no lock. */
    enum Foreign {
        SHORT_STRING,
        /** As long as a lock's, and with numbers where a lock has its own. */
        LONG_STRING,
        HASH,
        LIST
    }

    @Test
    void badInputIsRefusedBeforeAnyIo() {
        Lease lease = acquired(lock.tryAcquire("seat", TTL));
        redis.close(); // any I/O would fail otherwise than by IllegalArgumentException
        LeaseOptions options = LeaseOptions.ofTtl(TTL);
        for (String bad : new String[] {null, "", "\uD83D", "a\uDE00"}) {
            refused("resource: ", () -> lock.tryAcquire(bad, TTL));
            refused("resource: ", () -> lock.tryAcquireAsync(bad, TTL));
            refused("resource: ", () -> lock.acquire(bad, TTL, WAIT));
            refused("resource: ", () -> lock.acquireAsync(bad, TTL, WAIT));
            refused("resource: ", () -> lock.acquire(bad, options));
            refused("resource: ", () -> lock.acquireAsync(bad, options));
            refused("resource: ", () -> lock.withLock(bad, options, held -> "done"));
            refused(
                    "resource: ",
                    () -> lock.withLockAsync(bad, options, held -> CompletableFuture.completedFuture("done")));
        }
        refused("options: must not be null", () -> lock.acquire("seat", null));
        refused("options: must not be null", () -> lock.acquireAsync("seat", null));
        refused("options: must not be null", () -> lock.withLock("seat", null, held -> "done"));
        refused("call: must not be null", () -> lock.withLock("seat", options, null));
        refused("call: must not be null", () -> lock.withLockAsync("seat", options, null));
        List<Duration> badTtls = new ArrayList<>(List.of(
                Duration.ZERO,
                Duration.ofSeconds(-1),
                Duration.ofMillis(99),
                Duration.ofNanos(99_999_999),
                Duration.ofDays(3650).plusNanos(1)));
        badTtls.add(null);
        for (Duration bad : badTtls) {
            refused("ttl: ", () -> lock.tryAcquire("seat", bad));
            refused("ttl: ", () -> lock.tryAcquireAsync("seat", bad));
            refused("ttl: ", () -> lock.acquire("seat", bad, WAIT));
            refused("ttl: ", () -> lock.acquireAsync("seat", bad, WAIT));
            refused("ttl: ", () -> lease.extend(bad));
            refused("ttl: ", () -> lease.extendAsync(bad));
        }
        for (Duration bad : new Duration[] {null, Duration.ofMillis(-1), Duration.ofDays(3651)}) {
            refused("maxWait: ", () -> lock.acquire("seat", TTL, bad));
            refused("maxWait: ", () -> lock.acquireAsync("seat", TTL, bad));
        }
        assertThat(lease.remaining()).isPositive();
    }

    @Test
    void badPartsAreRefused() {
        LockOptions options = LockOptions.defaults();
        refused("redis: must not be null", () -> DistributedLock.create(null, keys));
        refused("keys: must not be null", () -> DistributedLock.create(redis, null));
        refused("options: must not be null", () -> DistributedLock.create(redis, keys, null));
        refused("redis: must not be null", () -> DistributedLock.create(null, keys, options));
        refused("keys: must not be null", () -> DistributedLock.create(redis, null, options));
    }

    /** A replica that takes over may know nothing of what its master has granted. */
    @Test
    void aQuorumIsOfSingleServersOnly() {
        List<Redis> servers = List.of(redis, handle(), handle());
        if (deployment.topology() == Topology.STANDALONE) {
            assertThat(Redlock.create(servers, keys)).isNotNull();
        } else {
            refused("servers: must be single servers", () -> Redlock.create(servers, keys));
            refused("servers: must be single servers", () -> Redlock.create(servers, keys, LockOptions.defaults()));
        }
    }

    @Test
    void strangeResourcesWorkAndStayApart() {
        List<String> strange = List.of(
                ":",
                "{",
                "}",
                "{}",
                "*",
                "?",
                "[",
                "%",
                "%7B",
                "a b",
                " ",
                "\n",
                "\0",
                "é",
                "\uD83D\uDE00",
                "a",
                "grant-",
                "a:b",
                "x".repeat(1_000));
        Map<String, Lease> leases = new HashMap<>();
        strange.forEach(resource -> leases.put(resource, acquired(lock.tryAcquire(resource, TTL))));
        DistributedLock other = lock(handle());
        for (String resource : strange) {
            CompletableFuture<Acquisition> waiting =
                    other.acquireAsync(resource, TTL, WAIT).toCompletableFuture();
            awaitQueued(resource, 1);
            assertThat(leases.get(resource).release()).isTrue();
            Lease next = acquired(waiting.join()); // the key stands in the message that grants it
            assertThat(next.fencingToken()).isGreaterThan(leases.get(resource).fencingToken());
            assertThat(next.release()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoLockIsATypedErrorAndIsLeftAlone(Foreign what) {
        put(what);
        String before = look();
        wrongType(() -> lock.tryAcquire("seat", TTL));
        wrongType(() -> lock.acquire("seat", TTL, WAIT));
        wrongType(() -> lock.withLock("seat", LeaseOptions.ofTtl(TTL), lease -> "done"));
        // Once they wait they hear of it too.
        DistributedLock other = lock(handle());
        acquired(other.acquire("elsewhere", TTL, WAIT)).close();
        wrongType(() -> other.acquire("seat", TTL, WAIT));
        assertThat(look()).isEqualTo(before);
    }

    /** By whoever had a lock there. */
    @ParameterizedTest
    @EnumSource
    void aLeaseThatSomethingElseHasReplacedIsLostAndLeavesItAlone(Foreign what) {
        Lease extended = acquired(lock.tryAcquire("seat", TTL));
        admin("seat", c -> c.del(keys.key("seat")));
        Lease released = acquired(lock.tryAcquire("seat", TTL));
        admin("seat", c -> c.del(keys.key("seat")));
        put(what);
        String before = look();
        if (what == Foreign.LIST) {
            wrongType(() -> extended.extend(TTL));
            wrongType(released::release);
        } else {
            assertThat(extended.extend(TTL)).isFalse();
            assertThatThrownBy(extended::ensureHeld)
                    .isInstanceOfSatisfying(
                            LeaseLostException.class,
                            lost -> assertThat(lost.loss()).isEqualTo(Lease.Loss.REVOKED));
            assertThat(released.release()).isFalse();
        }
        released.close();
        extended.close();
        assertThat(look()).isEqualTo(before);
    }

    @Test
    void aTokenThatWaitsInThisProcessIsRefusedASecondTime() throws Exception {
        Lease holder = acquired(lock.tryAcquire("seat", TTL));
        LeaseOptions options =
                LeaseOptions.builder(TTL).maxWait(WAIT).requestToken("mine").build();
        CompletableFuture<Acquisition> first =
                lock.acquireAsync("seat", options).toCompletableFuture();
        awaitQueued("seat", 1);
        assertThatThrownBy(() -> lock.acquire("seat", options))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("requestToken");
        assertThat(queued("seat")).isEqualTo(1);
        assertThat(holder.release()).isTrue();
        assertThat(acquired(first.join()).release()).isTrue();
    }

    @Test
    void aClosedLockIsATypedError() {
        DistributedLock closed = DistributedLock.create(redis, keys);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.acquire("seat", TTL, WAIT)).isInstanceOf(IllegalStateException.class);
        Redis other = handle();
        DistributedLock cut = lock(other);
        other.close();
        assertThatThrownBy(() -> cut.tryAcquire("seat", TTL)).isInstanceOf(RuntimeException.class);
    }

    private void put(Foreign what) {
        String key = keys.key("seat");
        admin("seat", c -> switch (what) {
            case SHORT_STRING -> c.set(key, "foreign");
            case LONG_STRING -> c.set(key, "foreign, and longer than any lock without an owner is");
            case HASH -> c.hset(key, Map.of("owner", "foreign", "tail", "7"));
            case LIST -> c.rpush(key, "foreign");
        });
        admin("seat", c -> c.expire(key, 60));
    }

    private String look() {
        String key = keys.key("seat");
        Function<String, String> look = type -> admin("seat", c -> switch (type) {
            case "string" -> c.get(key);
            case "hash" -> c.hgetall(key).toString();
            default -> c.lrange(key, 0, -1).toString();
        });
        return look.apply(admin("seat", c -> c.type(key)));
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }

    private static void wrongType(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");
    }
}
