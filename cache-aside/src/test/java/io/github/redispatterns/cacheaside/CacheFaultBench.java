package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A cache that soon gives Redis up, on a handle of its own, beside the patient one of {@link CacheBench}. */
abstract class CacheFaultBench extends CacheBench {

    static final Duration TIMEOUT = Duration.ofMillis(300);
    static final Duration WINDOW = Duration.ofMillis(300);
    static final Duration LEASE = Duration.ofSeconds(1);
    static final int MAX_BYPASS = 4;

    /** What a busy machine may add to a single call, besides the 100 ms that core allows itself. */
    static final Duration NOISE = Duration.ofMillis(500);

    /** Until servers have agreed on a new master, and the client has heard of it. */
    static final Duration RECOVERY = Duration.ofSeconds(30);

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private static final String PREFIX = "redis.patterns.cacheaside.";

    private final List<CacheAside<String>> hastyOnes = new ArrayList<>();
    private int made;
    Redis quick;
    CacheAside<String> hasty;

    @BeforeEach
    void openHasty() {
        quick = Handles.open(
                deployment, user, RedisOptions.builder().meterRegistry(meters).commandTimeout(TIMEOUT));
        hasty = hasty(options().build());
    }

    @AfterEach
    void closeHasty() {
        deployment.heal(); // before anybody asks the servers what they have denied
        user.recreate();
        hastyOnes.forEach(CacheAside::close);
        quick.close();
    }

    final CacheAsideOptions.Builder options() {
        return CacheAsideOptions.builder(TTL)
                .name("hasty " + ++made)
                .leaseTime(LEASE)
                .breakerWindow(WINDOW)
                .maxBypassLoads(MAX_BYPASS)
                .onInvalidationLost(lost::add);
    }

    final CacheAside<String> hasty(CacheAsideOptions options) {
        CacheAside<String> one = CacheAside.create(quick, keys, Codec.utf8(), options);
        hastyOnes.add(one);
        return one;
    }

    final Lookup<String> look(String key) {
        return hasty.lookup(key, this::load);
    }

    final Source source(String key) {
        return look(key).source();
    }

    /** A key is in the cache again, and is found there; no look on the way fails. */
    final void awaitHit(String key, Duration atMost) {
        Awaitility.await().atMost(atMost).until(() -> source(key) == Source.REDIS);
    }

    /** Runs while the master of "k" is frozen. */
    final void whileFrozen(ThrowingRunnable work) throws Exception {
        RedisNode master = master();
        master.pause();
        try {
            work.run();
        } finally {
            master.resume();
        }
    }

    /** CLIENT PAUSE WRITE on every master. */
    final void whileWritesArePaused(ThrowingRunnable work) throws Exception {
        ServerFaults.pauseWrites(deployment);
        try {
            work.run();
        } finally {
            ServerFaults.unpauseWrites(deployment);
        }
    }

    final RedisNode master() {
        return deployment.masterOf(keys.key("k"));
    }

    /** Another key on the same master. */
    final String besideK() {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> "beside-" + i)
                .filter(key -> deployment.masterOf(keys.key(key)).equals(master()))
                .findFirst()
                .orElseThrow();
    }

    /** A counter of all hasty caches together, as are the next two. */
    final double hastily(String meter, String tag, String value) {
        return Search.in(meters).name(PREFIX + meter).tag(tag, value).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    final double gauge(String meter) {
        return Search.in(meters).name(PREFIX + meter).gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
    }

    final long hastyLoads(String reason, String outcome) {
        return Search.in(meters).name(PREFIX + "loads").tags("reason", reason, "outcome", outcome).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    static Duration timed(ThrowingRunnable work) throws Exception {
        long began = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** A test's step. */
    interface ThrowingRunnable {
        void run() throws Exception;
    }
}
