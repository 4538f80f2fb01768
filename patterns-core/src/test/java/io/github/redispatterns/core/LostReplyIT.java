package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** The reply of each kind of mutating call is cut: none is applied twice, and the caller is told what is known. */
@RedisTest
class LostReplyIT {

    private static final LuaScript<Long> ADD =
            LuaScript.integer(LostReplyIT.class, "patterns-core-test/counter_add.lua");

    @Parameter
    RedisDeployment deployment;

    private FaultProxies proxies;
    private Redis redis;
    private Redis direct;
    private String key;

    @BeforeEach
    void open(TestKeys keys) {
        proxies = FaultProxies.of(deployment);
        proxies.cutBy(cut());
        redis = Handles.open(deployment, RedisOptions.builder().clientResources(proxies.clientResources()));
        direct = Handles.open(deployment);
        key = keys.key("counter");
        direct.execute(c -> c.hset(key, "n", "0"));
        direct.execute(c -> c.pexpire(key, Handles.TTL));
        // The scripts are known to the servers, so that the call under test is one request.
        ADD.on(direct).key(key).arg("warm-up").arg(0).arg(60_000).run();
    }

    Cut cut() {
        return Cut.CLOSE;
    }

    @AfterEach
    void close() {
        redis.close();
        direct.close();
        proxies.close();
    }

    @Test
    void aCommand() {
        proxies.cutReplyOf("HINCRBY");
        assertThatThrownBy(() -> redis.execute(c -> c.hincrby(key, "n", 1)))
                .isInstanceOf(UnknownOutcomeException.class);
        assertAppliedOnce();
    }

    @Test
    void aCommandWithAnotherCodec() {
        proxies.cutReplyOf("HINCRBY");
        assertThatThrownBy(() -> redis.execute(
                        ByteArrayCodec.INSTANCE,
                        c -> c.hincrby(key.getBytes(StandardCharsets.UTF_8), new byte[] {'n'}, 1)))
                .isInstanceOf(UnknownOutcomeException.class);
        assertAppliedOnce();
    }

    @Test
    void aScript() {
        proxies.cutReplyOf("EVALSHA");
        assertThatThrownBy(() -> add(ADD)).isInstanceOf(UnknownOutcomeException.class);
        assertAppliedOnce();
    }

    @Test
    void aScriptThatTheServerHadForgotten() {
        deployment.flushScripts();
        proxies.cutReplyOf("EVAL");
        assertThatThrownBy(() -> add(ADD)).isInstanceOf(UnknownOutcomeException.class);
        assertAppliedOnce();
    }

    /** The token makes a second run harmless, so the core repeats it, and the caller never sees the lost reply. */
    @Test
    void anIdempotentScriptAnswersAllTheSame() {
        proxies.cutReplyOf("EVALSHA");
        assertThat(add(ADD.idempotent())).isEqualTo(1);
        assertAppliedOnce();
    }

    @Test
    void anIdempotentScriptThatTheServerHadForgotten() {
        deployment.flushScripts();
        proxies.cutReplyOf("EVAL");
        assertThat(add(ADD.idempotent())).isEqualTo(1);
        assertAppliedOnce();
    }

    private long add(LuaScript<Long> script) {
        return script.on(redis).key(key).arg("token").arg(1).arg(60_000).run();
    }

    private void assertAppliedOnce() {
        assertThat(proxies.cuts()).isEqualTo(1);
        long next = ADD.on(redis).key(key).arg("next").arg(1).arg(60_000).run(); // the handle works on
        assertThat(next).isEqualTo(2);
        String n = direct.execute(c -> c.hget(key, "n"));
        assertThat(n).isEqualTo("2");
    }
}
