package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Every bad argument is named. */
class CheckTest {

    @Test
    void deployments() {
        isRefused(() -> RedisDeployment.builder(null), "topology: must not be null");
        isRefused(() -> RedisDeployment.start(null), "topology: must not be null");
        isRefused(() -> RedisDeployment.shared(null), "topology: must not be null");
        RedisDeployment.Builder builder = RedisDeployment.builder(Topology.STANDALONE);
        isRefused(() -> builder.provider(null), "provider: must not be null");
        isRefused(() -> builder.config(" ", "yes"), "directive: must not be blank");
        isRefused(() -> builder.config("appendonly", null), "value: must not be null");
    }

    @Test
    void proxies() {
        isRefused(() -> TcpProxy.to(null, 1), "host: must not be null");
        isRefused(() -> TcpProxy.to("localhost", 0), "port: must be from 1 to 65535, is 0");
        isRefused(() -> FaultProxies.of(null), "deployment: must not be null");
    }

    @Test
    void users() {
        isRefused(() -> AclUser.create(null, "+get"), "deployment: must not be null");
    }

    @Test
    void frozenTime() {
        isRefused(() -> FrozenTime.atMicros(999_999), "micros: must be at least 1000000, is 999999");
        FrozenTime time = FrozenTime.atMicros(1_500_000);
        isRefused(() -> time.setMicros(-1), "time: must be at least 1000000, is -1");
        isRefused(() -> time.advance(null), "time: must not be null");
        isRefused(() -> time.advance(Duration.ofSeconds(-1)), "time: must be at least 1000000, is 500000");
        isRefused(() -> time.rewrite(null), "luaSource: must not be null");
    }

    @Test
    void contracts() {
        isRefused(() -> LuaContract.check(null, ""), "fileName: must not be null");
        isRefused(() -> LuaContract.check("a_b.lua", null), "source: must not be null");
        isRefused(() -> AsyncTwins.check((Class<?>[]) null), "types: must not be null");
    }

    private static void isRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
