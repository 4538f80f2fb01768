package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** One loads, the others wait. */
@RedisTest
class CacheWaitIT extends CacheBench {

    @Test
    void eightHandlesLoadOnce() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        List<Future<String>> readers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
            for (int thread = 0; thread < 4; thread++) {
                readers.add(threads.submit(() -> other.get("k", key -> {
                    gate.await();
                    return load(key);
                })));
            }
        }
        Awaitility.await().until(() -> waits("remote") == 7); // who came later would find the value
        gate.countDown();
        for (Future<String> reader : readers) {
            assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo("value 1");
        }
        assertThat(loads).hasValue(1);
        assertThat(gets("loaded")).isBetween(1.0, 4.0); // the four of the process that loaded
        assertThat(gets("loaded") + gets("redis")).isEqualTo(32);
        assertThat(waits("remote")).isEqualTo(7);
        assertThat(waits("local")).isPositive();
    }

    @Test
    void aLoaderThatDiedIsReplacedWhenItsLeaseEnds() {
        CacheAsideOptions options =
                CacheAsideOptions.builder(TTL).leaseTime(Duration.ofMillis(400)).build();
        byte[] dead = CacheRecord.newId();
        assertThat(Sync.await(store().lease("k", dead, options.leaseTime()))).isNull();
        long began = System.nanoTime();
        assertThat(cache(options).get("k", this::load)).isEqualTo("value 1");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(300), Duration.ofSeconds(2));
        Lifetime life = Lifetime.draw(options);
        assertThat(Sync.<Boolean>await(store().fill("k", dead, new byte[1], life, 0)))
                .isFalse();
    }

    @Test
    void theWaitForAnothersLoadIsBounded() {
        CacheAsideOptions options = CacheAsideOptions.builder(TTL)
                .leaseTime(Duration.ofMillis(300))
                .maxWait(Duration.ofMillis(300))
                .build();
        Sync.await(store().lease("k", CacheRecord.newId(), TTL));
        long began = System.nanoTime();
        assertThatThrownBy(() -> cache(options).get("k", this::load))
                .isInstanceOf(LoadTimeoutException.class)
                .hasMessageContaining("300 ms");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(700));
        assertThat(loads).hasValue(0);
    }

    /** A load that outlasts its lease keeps neither those who wait nor those who come later, here or elsewhere. */
    @Test
    void aLoadThatHangsIsReplacedWhenItsLeaseEnds() throws Exception {
        CacheAside<String> quick = cache(
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
        CompletionStage<String> next = cache.getAsync("k", key -> CompletableFuture.completedFuture(load(key)));
        // far less than the lease's 10 s, for which a reader waits that shares the load
        assertThat(next.toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(5))
                .isEqualTo("value 2");
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

    /** Far below the time after which one looks anyway. */
    @Test
    void thoseWhoWaitElsewhereAreWoken() throws Exception {
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        for (int round = 0; round < 10; round++) {
            String key = "k" + round;
            CompletableFuture<String> value = new CompletableFuture<>();
            CompletionStage<String> loading = cache.getAsync(key, name -> value);
            Awaitility.await().until(() -> there(key));
            Future<String> waiting = threads.submit(() -> other.get(key, this::load));
            Awaitility.await().until(() -> isAwaited(key));
            value.complete("pushed");
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo("pushed");
            assertThat(Sync.<String>await(loading)).isEqualTo("pushed");
        }
        assertThat(loads).hasValue(0);
        assertThat(counted("wakeups", "trigger", "push")).isGreaterThanOrEqualTo(7);
    }

    /** A release and a write end a lease as well as a fill does. */
    @Test
    void thoseWhoWaitElsewhereAreWokenByWhateverEndsTheLease() throws Exception {
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        List<Consumer<CompletableFuture<String>>> ends = List.of(
                load -> load.completeExceptionally(new IOException("disk")),
                load -> cache.invalidate("k1"),
                load -> cache.put("k2", "value 3"),
                load -> cache.update("k3", "value 3", () -> {}));
        for (int i = 0; i < ends.size(); i++) {
            String key = "k" + i;
            loads.set(2);
            CompletableFuture<String> load = new CompletableFuture<>();
            CompletionStage<String> loading = cache.getAsync(key, name -> load);
            Awaitility.await().until(() -> there(key));
            Future<String> waiting = threads.submit(() -> other.get(key, this::load));
            Awaitility.await().until(() -> isAwaited(key));
            double polls = counted("wakeups", "trigger", "poll");
            ends.get(i).accept(load);
            assertThat(waiting.get(20, TimeUnit.SECONDS)).as(key).isEqualTo("value 3");
            assertThat(counted("wakeups", "trigger", "poll")).as(key).isLessThanOrEqualTo(polls + 1);
            load.complete("too late");
            loading.toCompletableFuture().exceptionally(failure -> "failed").join();
        }
        assertThat(counted("wakeups", "trigger", "push")).isGreaterThanOrEqualTo(3);
    }

    @Test
    void afterTheWaitOneMayLoadByOneself() throws Exception {
        int allowed = 2;
        CacheAside<String> impatient = cache(CacheAsideOptions.builder(TTL)
                .name("impatient")
                .leaseTime(Duration.ofMillis(200))
                .maxWait(Duration.ofSeconds(2))
                .waitFallback(WaitFallback.LOAD)
                .maxBypassLoads(allowed)
                .build());
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<Lookup<String>>> readers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String key = "k" + i;
            Sync.await(store().lease(key, CacheRecord.newId(), TTL));
            readers.add(threads.submit(() -> impatient.lookup(key, name -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                gate.await();
                running.decrementAndGet();
                return load(name);
            })));
        }
        Awaitility.await().until(() -> running.get() == allowed);
        Awaitility.await()
                .until(() ->
                        registry
                                .get("redis.patterns.cacheaside.bypass.waiting")
                                .tag("cache", "impatient")
                                .gauges()
                                .stream()
                                .anyMatch(waiting -> waiting.value() == 8 - allowed));
        gate.countDown();
        for (Future<Lookup<String>> reader : readers) {
            assertThat(reader.get(20, TimeUnit.SECONDS).source()).isEqualTo(Source.BYPASSED);
        }
        assertThat(most).hasValue(allowed);
        assertThat(loads).hasValue(8);
        assertThat(CacheRecord.isLease(Sync.await(store().read("k0")))).isTrue();
    }

    @Test
    void aClosedCacheHearsNothingAndKeepsNothing() {
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        CompletionStage<String> loading = cache.getAsync("k", key -> new CompletableFuture<>());
        Awaitility.await().until(() -> there("k"));
        CompletionStage<String> waiting = other.getAsync("k", key -> loading);
        Awaitility.await().until(() -> isAwaited("k"));
        Awaitility.await().until(() -> subscriptions() == 1);
        other.close();
        other.close();
        Awaitility.await().until(() -> subscriptions() == 0);
        cache.put("k", "put");
        assertThat(Sync.<String>await(waiting)).isEqualTo("put"); // by looking
    }

    private boolean isAwaited(String key) {
        byte[] record = Sync.await(store().read(key));
        return record != null && CacheRecord.isLease(record) && record.length > CacheRecord.LEASE_BYTES;
    }

    private long subscriptions() {
        return deployment.nodes().stream()
                .mapToLong(
                        node -> node.call(c -> c.pubsubChannels(keys.pattern())).size())
                .sum();
    }
}
