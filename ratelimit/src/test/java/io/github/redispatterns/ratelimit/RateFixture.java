package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.FrozenTime;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** Limiters of the least-privileged user, by the real clock and by one that stands still. */
abstract class RateFixture {

    /** Redis counts times to live by its own clock, so under a frozen one a key must not go before its time. */
    static final long LONGER_MILLIS = 100_000_000;

    static final Duration MINUTE = Duration.ofMinutes(1);
    static final Limit TEN = Limit.of(10, MINUTE);

    static final RateLimiterOptions FORGETFUL =
            RateLimiterOptions.builder().maxDenied(0).build();

    @Parameter
    RedisDeployment deployment;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final FrozenTime clock = FrozenTime.atMicros(1_800_000_000_123_456L);
    private final List<AutoCloseable> opened = new ArrayList<>();
    AclUser user;
    Redis redis;
    Redis frozen;
    KeySpace keys;

    @BeforeEach
    void open(TestKeys testKeys) {
        user = Handles.leastPrivileged(deployment, testKeys);
        keys = KeySpace.of(testKeys.prefix());
        redis = handle(RedisOptions.builder().meterRegistry(registry));
        frozen = frozenHandle(RedisOptions.builder());
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    /** Another process's. */
    final Redis handle(RedisOptions.Builder options) {
        return closing(Handles.open(deployment, user, options));
    }

    /** Another process's, whose scripts go by the clock that stands still. */
    final Redis frozenHandle(RedisOptions.Builder options) {
        return handle(options.scriptHook(new ScriptHook(this::rewrite, clock::argument)));
    }

    /** By the real clock. Each algorithm has keys of its own. */
    final RateLimiter limiter(Algorithm algorithm, Limit limit) {
        return closing(RateLimiter.create(redis, keys(algorithm), algorithm, limit));
    }

    /** By the clock that stands still; so nothing is remembered that our own clock would have to end. */
    final RateLimiter frozenLimiter(Algorithm algorithm, Limit limit) {
        return closing(RateLimiter.create(frozen, keys(algorithm), algorithm, limit, FORGETFUL));
    }

    final LimitStore<String, Rule> frozenStore(Algorithm algorithm, Limit limit) {
        return new ScriptStore(frozen, Rule.of(algorithm, limit), new RateMetrics(registry, "frozen"));
    }

    final KeySpace keys(Algorithm algorithm) {
        return keys.child(algorithm.name().toLowerCase(Locale.ROOT));
    }

    final String key(Algorithm algorithm, String id) {
        return keys(algorithm).key(id);
    }

    final <T extends AutoCloseable> T closing(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    final <T> T admin(String key, Function<RedisCommands<String, String>, T> work) {
        return deployment.masterOf(key).call(work);
    }

    final byte[] dump(String key) {
        return admin(key, c -> c.dump(key));
    }

    final double counted(String outcome) {
        return registry.counter("redis.patterns.ratelimit.decisions", "limiter", "default", "outcome", outcome)
                .count();
    }

    /** {@code CLIENT PAUSE … WRITE} on every master; scripts that write wait too. */
    final void whileWritesArePaused(Step work) throws Exception {
        client("PAUSE", "10000", "WRITE");
        try {
            work.run();
        } finally {
            client("UNPAUSE");
        }
    }

    private String rewrite(String source) {
        String longer = source.replace("'PX', ", "'PX', " + LONGER_MILLIS + " + ")
                .replace("'PEXPIRE', key, ", "'PEXPIRE', key, " + LONGER_MILLIS + " + ");
        assertThat(longer).isNotEqualTo(source);
        return clock.rewrite(longer);
    }

    private void client(String... words) {
        deployment
                .masters()
                .forEach(node -> node.call(c -> {
                    CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
                    List.of(words).forEach(args::add);
                    return c.dispatch(CommandType.CLIENT, new StatusOutput<>(StringCodec.UTF8), args);
                }));
    }

    /** A test's step. */
    interface Step {
        void run() throws Exception;
    }
}
