package io.github.redispatterns.benchmarks.peers;

import java.util.List;
import java.util.function.Consumer;
import org.springframework.integration.redis.util.RedisLockRegistry;

/**
 * How Spring Integration's lock registry is set up.
 *
 * <p>Found best: an executor that runs what it is given at once; its price is that a caller that was interrupted cannot
 * release. Tried and left out: {@code PUB_SUB_LOCK}, which costs a {@code PUBLISH} for each release and gains nothing while
 * nobody waits; where callers of several clients wait, it shares more evenly and is slower. The connection is shared by default; otherwise each command would open one.
 *
 * @param configuration what rows call it
 * @param lettuce the client that it is given
 * @param change what is changed from its defaults
 */
record SpringSetup(String configuration, LettuceSetup lettuce, Consumer<RedisLockRegistry> change) {

    /** As it comes: spin locks, one shared connection, each release in a thread of a pool. */
    private static final SpringSetup DEFAULT = new SpringSetup("default", LettuceSetup.DEFAULT, registry -> {});

    /** Each release in the caller's own thread. */
    private static final SpringSetup DIRECT =
            new SpringSetup("direct executor", LettuceSetup.DEFAULT, registry -> registry.setExecutor(Runnable::run));

    /** The same, on a Lettuce client that consolidates flushes. */
    private static final SpringSetup DIRECT_CONSOLIDATED = new SpringSetup(
            "direct executor, consolidated flush",
            LettuceSetup.CONSOLIDATED_FLUSH,
            registry -> registry.setExecutor(Runnable::run));

    /** Every setup. */
    static final List<SpringSetup> ALL = List.of(DEFAULT, DIRECT, DIRECT_CONSOLIDATED);

    /** The first and the best. */
    static final List<SpringSetup> ENDS = List.of(DEFAULT, DIRECT);
}
