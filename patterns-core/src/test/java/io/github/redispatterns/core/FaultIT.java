package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.XReadArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Each fault ends a call in time, by the right type, and the handle recovers by itself. */
@RedisTest
class FaultIT {

    private static final Duration TIMEOUT = Duration.ofMillis(600);
    /** What the handle promises on top of the timeout, and what this machine's noise may add to a single call. */
    private static final Duration LATEST = TIMEOUT.plusMillis(100).plusMillis(150);

    @Parameter
    RedisDeployment deployment;

    private Redis redis;
    private String key;

    @BeforeEach
    void open(TestKeys keys) {
        redis = Handles.open(deployment, RedisOptions.builder().commandTimeout(TIMEOUT));
        key = keys.key("counter");
        Handles.set(redis, key, "0");
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void aFrozenServerMakesTheOutcomeUnknown() {
        RedisNode master = deployment.masterOf(key);
        master.pause();
        try {
            assertInTime(() -> redis.execute(c -> c.incr(key)), UnknownOutcomeException.class);
        } finally {
            master.resume();
        }
        // It was in the socket all along: a timeout does not mean that it will not run.
        Awaitility.await()
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(Handles.get(redis, key)).isEqualTo("1"));
    }

    /** Of many calls, so that noise does not count: nearly all end within what is promised. */
    @Test
    void callsEndWithin100MsOfTheirTimeout() {
        RedisNode master = deployment.masterOf(key);
        RedisOptions.Builder options = RedisOptions.builder().commandTimeout(Duration.ofMillis(50));
        try (Redis hasty = Handles.open(deployment, options)) {
            Handles.get(hasty, key);
            master.pause();
            List<Long> lateMillis = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                long began = System.nanoTime();
                assertThatThrownBy(() -> Handles.get(hasty, key)).isInstanceOf(UnknownOutcomeException.class);
                lateMillis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) - 50);
            }
            Collections.sort(lateMillis);
            assertThat(lateMillis.get(30))
                    .as("third quartile of %s", lateMillis)
                    .isLessThan(100);
            assertThat(lateMillis.get(0)).isGreaterThanOrEqualTo(-1);
        } finally {
            master.resume();
        }
    }

    /** Plain commands have no call to end them: Lettuce does. Only a read that says BLOCK may outlast the timeout. */
    @Test
    @SuppressWarnings("unchecked") // the varargs of xread are generic
    void plainCommandsTimeOutToo() {
        RedisNode master = deployment.masterOf(key);
        master.pause();
        try {
            assertInTime(() -> Sync.await(redis.commands().get(key)), RedisCommandTimeoutException.class);
            assertInTime(
                    () -> Sync.await(redis.commands().xread(XReadArgs.StreamOffset.from(key, "0"))),
                    RedisCommandTimeoutException.class);
        } finally {
            master.resume();
        }
    }

    @Test
    void aPausedWriteIsUnknownToo() {
        deployment.masterOf(key).call(c -> c.clientPause(1500));
        assertInTime(() -> redis.execute(c -> c.incr(key)), UnknownOutcomeException.class);
        Awaitility.await()
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(Handles.get(redis, key)).isEqualTo("1"));
    }

    @Test
    void aDeadServerRefusesUntilItIsBack() {
        RedisNode master = deployment.masterOf(key);
        master.kill9();
        // The first call may still have been on its way when the connection broke.
        assertInTime(() -> redis.execute(c -> c.incr(key)), PatternsException.class);
        if (deployment.topology() == io.github.redispatterns.testkit.Topology.STANDALONE) {
            assertInTime(() -> redis.execute(c -> c.incr(key)), NotExecutedException.class);
        }
        master.restart();
        recovers();
    }

    @Test
    void aDroppedConnectionIsReplacedWithinTheCall() {
        for (int i = 1; i <= 10; i++) {
            deployment.dropClients();
            long counter = i;
            // Awaited, because a call that was on its way when the connection broke is rightly unknown.
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(UnknownOutcomeException.class)
                    .untilAsserted(() -> assertThat(Handles.get(redis, key)).isEqualTo(String.valueOf(counter - 1)));
            assertThat(increment()).isEqualTo(counter);
        }
    }

    @Test
    void aHalfOpenLinkEndsTheCallInTime() {
        try (FaultProxies proxies = FaultProxies.of(deployment);
                Redis proxied = Handles.open(
                        deployment,
                        RedisOptions.builder().commandTimeout(TIMEOUT).clientResources(proxies.clientResources()))) {
            Handles.get(proxied, key);
            proxies.halfOpen();
            assertInTime(() -> proxied.execute(c -> c.incr(key)), UnknownOutcomeException.class);
            proxies.restore();
        }
    }

    @Test
    void aFullServerAnswersSo() {
        try (MemoryLimit full = deployment.fillMemory()) {
            assertThat(full).isNotNull();
            assertThatThrownBy(() -> redis.execute(c -> c.append(key, "x".repeat(1 << 20))))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageStartingWith("OOM");
        }
        assertThat(increment()).isEqualTo(1);
    }

    private long increment() {
        return redis.execute(c -> c.incr(key));
    }

    private void recovers() {
        Awaitility.await().atMost(30, TimeUnit.SECONDS).ignoreExceptions().until(() -> increment() > 0);
        redis.execute(c -> c.pexpire(key, Handles.TTL)); // a restarted server has forgotten it
    }

    private static void assertInTime(ThrowingCallable call, Class<? extends Throwable> type) {
        long began = System.nanoTime();
        assertThatThrownBy(call).isInstanceOf(type);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LATEST);
    }
}
