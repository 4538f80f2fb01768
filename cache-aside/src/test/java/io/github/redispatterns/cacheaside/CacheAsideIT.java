package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest
class CacheAsideIT {

    private static final Duration TTL = Duration.ofMinutes(5);

    @Parameter
    RedisDeployment deployment;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger loads = new AtomicInteger();
    private AclUser user;
    private Redis redis;
    private KeySpace keys;
    private CacheAside<String> cache;

    @BeforeEach
    void open(TestKeys testKeys) {
        user = Handles.leastPrivileged(deployment, testKeys);
        redis = Handles.open(deployment, user, RedisOptions.builder().meterRegistry(registry));
        keys = KeySpace.of(testKeys.prefix());
        cache = cache(redis, CacheAsideOptions.ofTtl(TTL));
    }

    @AfterEach
    void close() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        redis.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void aMissIsLoadedAndAHitIsNot() {
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(Sync.<String>await(cache.getAsync("k", key -> CompletableFuture.completedFuture("other"))))
                .isEqualTo("value 1");
        assertThat(loads).hasValue(1);
        assertThat(gets("redis")).isEqualTo(2);
        assertThat(gets("loaded")).isEqualTo(1);
        assertThat(registry.timer("redis.patterns.cacheaside.loads", "cache", "default", "outcome", "stored")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theExampleInTheReadmeRuns() {
        List<String> saved = new ArrayList<>();
        CacheAsideExamples.Product tea = CacheAsideExamples.quickStart(redis, keys, new CacheAsideExamples.Products() {
            @Override
            public CacheAsideExamples.Product find(String id) {
                return new CacheAsideExamples.Product("tea", 350);
            }

            @Override
            public void save(String id, CacheAsideExamples.Product product) {
                saved.add(id);
            }
        });
        assertThat(tea.cents()).isEqualTo(350);
        assertThat(saved).containsExactly("42");
        assertThat(cache.get("42", this::load)).isEqualTo("value 1");
    }

    @Test
    void putAndInvalidate() {
        cache.put("k", "put");
        assertThat(cache.get("k", this::load)).isEqualTo("put");
        cache.invalidate("k");
        cache.invalidate("k");
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        cache.put("k", "put again");
        assertThat(cache.get("k", this::load)).isEqualTo("put again");
    }

    @Test
    void entriesLiveAsLongAsTheTtlLessTheJitter() {
        CacheAside<String> jittered = cache(
                redis,
                CacheAsideOptions.builder(Duration.ofSeconds(100)).jitter(0.5).build());
        List<Long> lives = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String key = "k" + i;
            jittered.get(key, this::load);
            lives.add(pttl(key));
        }
        assertThat(lives).allMatch(millis -> millis > 49_000 && millis <= 100_000);
        assertThat(lives.stream().distinct().count()).isGreaterThan(25);
    }

    @Test
    void nullIsAnswerButNotCached() {
        assertThat(cache.get("k", key -> {
                    loads.incrementAndGet();
                    return null;
                }))
                .isNull();
        assertThat(there("k")).isFalse();
        assertThat(cache.get("k", this::load)).isEqualTo("value 2");
        assertThat(registry.timer("redis.patterns.cacheaside.loads", "cache", "default", "outcome", "absent")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theLoaderRunsInTheCallersThread() {
        AtomicReference<Thread> ran = new AtomicReference<>();
        cache.get("k", key -> {
            ran.set(Thread.currentThread());
            return "v";
        });
        assertThat(ran.get()).isSameAs(Thread.currentThread());
    }

    @Test
    void sixtyFourThreadsLoadOnce() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        List<Future<String>> readers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            readers.add(threads.submit(() -> cache.get("k", key -> {
                gate.await();
                return load(key);
            })));
        }
        Awaitility.await().until(() -> there("k"));
        gate.countDown();
        for (Future<String> reader : readers) {
            assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo("value 1");
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void eightHandlesLoadOnce() throws Exception {
        List<Redis> handles = new ArrayList<>();
        try {
            CountDownLatch gate = new CountDownLatch(1);
            List<Future<String>> readers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Redis handle =
                        Handles.open(deployment, user, RedisOptions.builder().meterRegistry(registry));
                handles.add(handle);
                CacheAside<String> other = cache(handle, CacheAsideOptions.ofTtl(TTL));
                for (int thread = 0; thread < 4; thread++) {
                    readers.add(threads.submit(() -> other.get("k", key -> {
                        gate.await();
                        return load(key);
                    })));
                }
            }
            Awaitility.await().until(() -> there("k"));
            gate.countDown();
            for (Future<String> reader : readers) {
                assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo("value 1");
            }
            assertThat(loads).hasValue(1);
            assertThat(gets("loaded")).isBetween(1.0, 4.0); // the four of the process that loaded
            assertThat(gets("loaded") + gets("redis")).isEqualTo(32);
            assertThat(waits("remote")).isEqualTo(7);
            assertThat(waits("local")).isPositive();
        } finally {
            handles.forEach(Redis::close);
        }
    }

    @Test
    void aFailedLoadIsToldAndTheLeaseGivenBack() {
        IllegalStateException bug = new IllegalStateException("bug");
        assertThatThrownBy(() -> cache.get("k", key -> {
                    throw bug;
                }))
                .isSameAs(bug);
        Awaitility.await().until(() -> !there("k"));
        IOException disk = new IOException("disk");
        assertThatThrownBy(() -> cache.get("k", key -> {
                    throw disk;
                }))
                .isInstanceOf(LoadFailedException.class)
                .hasCause(disk);
        assertThatThrownBy(() -> Sync.await(cache.getAsync("k", key -> CompletableFuture.failedFuture(disk))))
                .isSameAs(disk);
        assertThatThrownBy(() -> Sync.await(cache.getAsync("k", key -> {
                    throw bug;
                })))
                .isSameAs(bug);
        Awaitility.await().until(() -> !there("k"));
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(registry.timer("redis.patterns.cacheaside.loads", "cache", "default", "outcome", "failed")
                        .count())
                .isEqualTo(4);
    }

    @Test
    void allWhoWaitShareTheFailure() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Loader<String> failing = key -> {
            loads.incrementAndGet();
            gate.await();
            throw new IllegalStateException("bug");
        };
        Future<String> first = threads.submit(() -> cache.get("k", failing));
        Awaitility.await().until(() -> loads.get() == 1);
        Future<String> second = threads.submit(() -> cache.get("k", failing));
        CompletableFuture<String> third = cache.getAsync("k", key -> CompletableFuture.completedFuture("own"))
                .toCompletableFuture();
        assertThatThrownBy(() -> third.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        gate.countDown();
        assertThatThrownBy(first::get).hasRootCauseMessage("bug");
        assertThatThrownBy(second::get).hasRootCauseMessage("bug");
        assertThatThrownBy(third::get).hasRootCauseMessage("bug");
        assertThat(loads).hasValue(1);
    }

    @Test
    void aLoaderThatDiedIsReplacedWhenItsLeaseEnds() {
        CacheAsideOptions options =
                CacheAsideOptions.builder(TTL).leaseTime(Duration.ofMillis(400)).build();
        byte[] dead = CacheRecord.newLease();
        CacheStore store = new CacheStore(redis, keys);
        assertThat(Sync.await(store.lease("k", dead, options.leaseTime()))).isNull();
        long began = System.nanoTime();
        assertThat(cache(redis, options).get("k", this::load)).isEqualTo("value 1");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(300), Duration.ofSeconds(2));
        assertThat(Sync.<Boolean>await(store.fill("k", dead, CacheRecord.entry(dead, new byte[1]), TTL)))
                .isFalse();
    }

    @Test
    void theWaitForAnothersLoadIsBounded() {
        CacheAsideOptions options = CacheAsideOptions.builder(TTL)
                .leaseTime(Duration.ofMillis(300))
                .maxWait(Duration.ofMillis(300))
                .build();
        byte[] other = CacheRecord.newLease();
        Sync.await(new CacheStore(redis, keys).lease("k", other, TTL));
        long began = System.nanoTime();
        assertThatThrownBy(() -> cache(redis, options).get("k", this::load))
                .isInstanceOf(LoadTimeoutException.class)
                .hasMessageContaining("300 ms");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(700));
        assertThat(loads).hasValue(0);
    }

    /** A load that outlasts its lease keeps neither those who wait nor those who come later, here or elsewhere. */
    @Test
    void aLoadThatHangsIsReplacedWhenItsLeaseEnds() throws Exception {
        CacheAside<String> quick = cache(
                redis,
                CacheAsideOptions.builder(TTL).leaseTime(Duration.ofMillis(400)).build());
        CompletableFuture<String> never = new CompletableFuture<>();
        CompletionStage<String> hung = quick.getAsync("k", key -> {
            loads.incrementAndGet();
            return never;
        });
        Awaitility.await().until(() -> loads.get() == 1);
        Future<String> waiting = threads.submit(() -> quick.get("k", this::load));
        assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo("value 2");
        assertThat(quick.get("k", this::load)).isEqualTo("value 2");
        never.complete("late");
        assertThat(Sync.<String>await(hung)).isEqualTo("late"); // its own caller has it, the cache does not
        assertThat(quick.get("k", this::load)).isEqualTo("value 2");
    }

    @Test
    void afterAnInvalidationReadersDoNotWaitForTheLoadItHasOvertaken() {
        CompletableFuture<String> old = new CompletableFuture<>();
        CompletionStage<String> reader = cache.getAsync("k", key -> {
            loads.incrementAndGet();
            return old;
        });
        Awaitility.await().until(() -> loads.get() == 1);
        cache.invalidate("k");
        assertThat(cache.get("k", this::load)).isEqualTo("value 2");
        old.complete("old");
        assertThat(Sync.<String>await(reader)).isEqualTo("old");
        assertThat(cache.get("k", this::load)).isEqualTo("value 2");
    }

    /** A pool that sheds load must not be asked once more by each of those who wait. */
    @Test
    void aLoaderThatIsRejectedIsAFailureLikeAnyOther() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        List<Future<String>> readers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            readers.add(threads.submit(() -> cache.get("k", key -> {
                loads.incrementAndGet();
                gate.await();
                throw new RejectedExecutionException("pool");
            })));
        }
        Awaitility.await().until(() -> waits("local") >= 19);
        gate.countDown();
        for (Future<String> reader : readers) {
            assertThatThrownBy(reader::get).hasCauseInstanceOf(RejectedExecutionException.class);
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void anInterruptInsideALoaderConcernsOnlyItsOwnCaller() throws Exception {
        AtomicReference<Thread> first = new AtomicReference<>();
        Future<String> interrupted = threads.submit(() -> cache.get("k", key -> {
            first.set(Thread.currentThread());
            loads.incrementAndGet();
            try {
                new CountDownLatch(1).await();
                return "never";
            } catch (InterruptedException e) {
                throw new IOException("wrapped", e);
            }
        }));
        Awaitility.await().until(() -> loads.get() == 1);
        Future<String> other = threads.submit(() -> cache.get("k", this::load));
        Awaitility.await().until(() -> waits("local") == 1);
        first.get().interrupt();
        assertThatThrownBy(interrupted::get).hasRootCauseInstanceOf(InterruptedException.class);
        assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo("value 2");
    }

    @Test
    void anInterruptedCallerIsReplacedByThoseWhoWait() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicReference<Thread> first = new AtomicReference<>();
        Future<String> leaver = threads.submit(() -> {
            first.set(Thread.currentThread());
            return cache.get("k", key -> {
                loads.incrementAndGet();
                gate.await();
                return "never";
            });
        });
        Awaitility.await().until(() -> loads.get() == 1);
        Future<String> stayer = threads.submit(() -> cache.get("k", this::load));
        first.get().interrupt();
        assertThatThrownBy(leaver::get)
                .cause()
                .satisfiesAnyOf(
                        failure -> assertThat(failure).isInstanceOf(CallInterruptedException.class),
                        failure -> assertThat(failure).hasCauseInstanceOf(InterruptedException.class));
        assertThat(stayer.get(20, TimeUnit.SECONDS)).isEqualTo("value 2");
    }

    @Test
    void valuesThatAreTooLargeAreRefused() {
        String tooLarge = "x".repeat(Codec.DEFAULT_MAX_BYTES + 1);
        assertThatThrownBy(() -> cache.put("k", tooLarge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("value: takes 1048577 bytes, over the bound of 1048576");
        assertThat(there("k")).isFalse();
        assertThatThrownBy(() -> cache.get("k", key -> tooLarge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("value: ");
        Awaitility.await().until(() -> !there("k"));
    }

    @Test
    void anotherTypeIsATypedErrorAndIsLeftAlone() {
        String name = keys.key("k");
        admin(c -> c.rpush(name, "foreign"));
        admin(c -> c.pexpire(name, 60_000));
        assertThatThrownBy(() -> cache.get("k", this::load)).hasMessageStartingWith("WRONGTYPE");
        assertThatThrownBy(() -> cache.put("k", "v")).hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> cache.invalidate("k")).hasMessageContaining("WRONGTYPE");
        List<String> list = admin(c -> c.lrange(name, 0, -1));
        assertThat(list).containsExactly("foreign");
        assertThat(loads).hasValue(0);
    }

    @Test
    void unreadableBytesAreAMiss() {
        Codec<Integer> picky = new Codec<>() {
            @Override
            public byte[] encode(Integer value) {
                return new byte[] {value.byteValue()};
            }

            @Override
            public Integer decode(byte[] bytes) {
                if (bytes.length != 1) {
                    throw new IllegalStateException("secret content");
                }
                return (int) bytes[0];
            }
        };
        CacheAside<Integer> numbers = CacheAside.create(redis, keys, picky, CacheAsideOptions.ofTtl(TTL));
        cache.put("k", "long text"); // readable as an entry, not as a number
        assertThat(numbers.get("k", key -> 7)).isEqualTo(7);
        assertThat(numbers.get("k", key -> 8)).isEqualTo(7);
        admin(c -> c.set(keys.key("k"), "foreign"));
        assertThat(numbers.get("k", key -> 9)).isEqualTo(9);
        admin(c -> c.set(keys.key("k"), ""));
        assertThat(numbers.get("k", key -> 10)).isEqualTo(10);
        assertThat(registry.counter("redis.patterns.cacheaside.unreadable", "cache", "default")
                        .count())
                .isEqualTo(3);
    }

    @Test
    void strangeKeysWorkAndStayApart() {
        List<String> strange =
                List.of(":", "{", "}", "{}", "*", "?", "[", "%", "%7B", "a b", "\n", "é", "\uD83D\uDE00");
        for (String key : strange) {
            assertThat(cache.get(key, name -> "of " + name)).isEqualTo("of " + key);
        }
        for (String key : strange) {
            assertThat(cache.get(key, this::load)).isEqualTo("of " + key);
        }
    }

    @Test
    void badInputIsRefusedBeforeAnyIo() {
        redis.close(); // any I/O would fail otherwise than by IllegalArgumentException
        for (String bad : new String[] {null, "", "\uD83D"}) {
            assertThatThrownBy(() -> cache.get(bad, this::load))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.getAsync(bad, key -> null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.put(bad, "v")).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.invalidate(bad)).hasMessageStartingWith("key: ");
        }
        assertThatThrownBy(() -> cache.get("k", null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.getAsync("k", null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.put("k", null)).hasMessage("value: must not be null");
        assertThatThrownBy(() -> cache.put("k", "\uD83D")).hasMessageStartingWith("value: ");
        CacheAsideOptions options = CacheAsideOptions.ofTtl(TTL);
        assertThatThrownBy(() -> CacheAside.create(null, keys, Codec.utf8(), options))
                .hasMessageStartingWith("redis: ");
        assertThatThrownBy(() -> CacheAside.create(redis, null, Codec.utf8(), options))
                .hasMessageStartingWith("keys: ");
        assertThatThrownBy(() -> CacheAside.create(redis, keys, null, options)).hasMessageStartingWith("codec: ");
        assertThatThrownBy(() -> CacheAside.create(redis, keys, Codec.utf8(), null))
                .hasMessageStartingWith("options: ");
    }

    private CacheAside<String> cache(Redis handle, CacheAsideOptions options) {
        return CacheAside.create(handle, keys, Codec.utf8(), options);
    }

    private String load(String key) {
        return "value " + loads.incrementAndGet();
    }

    private <T> T admin(Function<RedisCommands<String, String>, T> work) {
        return deployment.masterOf(keys.key("k")).call(work);
    }

    private boolean there(String key) {
        return redis.commands().get(keys.key(key)).toCompletableFuture().join() != null;
    }

    private long pttl(String key) {
        return deployment.masterOf(keys.key(key)).call(c -> c.pttl(keys.key(key)));
    }

    private double gets(String source) {
        return registry.counter("redis.patterns.cacheaside.gets", "cache", "default", "source", source)
                .count();
    }

    private double waits(String whom) {
        return registry.counter("redis.patterns.cacheaside.waits", "cache", "default", "for", whom)
                .count();
    }
}
