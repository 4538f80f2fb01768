package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.RedisTest;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Of every call each reply is cut in its turn, the first, the second and so on until it has none left, by an end of the
 * stream and by a reset: no loader and no writer runs twice, nothing old stays, and nothing comes later.
 */
@RedisTest
class CacheEveryReplyIT extends CacheLostReplyBench {

    private static final int MOST = 40;

    /** A call, cut somewhere; what it returns is checked once nothing is cut any more. */
    private interface Call {
        Runnable run(String key) throws Exception;
    }

    @Test
    void ofALoad() throws Exception {
        cuttingEach(3, key -> {}, key -> {
            Lookup<String> loaded = once(() -> cache.lookup(key, this::load));
            return () -> {
                assertThat(loaded.value()).isEqualTo("value " + loads);
                boolean stored = loaded.source() != Source.BYPASSED;
                assertThat(witness.get(key, name -> "anew")).isEqualTo(stored ? loaded.value() : "anew");
            };
        });
    }

    @Test
    void ofALoadThatFindsNothing() throws Exception {
        cuttingEach(3, key -> {}, key -> {
            Lookup<String> loaded = once(() -> cache.lookup(key, name -> {
                load(name);
                return null;
            }));
            return () -> {
                assertThat(loaded.value()).isNull();
                // If the look after a lost reply is cut too, the lease is given back later, or ends.
                Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> !there(key));
            };
        });
    }

    @Test
    void ofALoadAnew() throws Exception {
        CacheAsideOptions options = CacheAsideOptions.builder(TTL)
                .softTtl(Duration.ofMillis(1))
                .jitter(0)
                .name("soft")
                .build();
        try (CacheAside<String> soft = CacheAside.create(redis, space, Codec.utf8(), options);
                CacheAside<String> writer = CacheAside.create(direct, space, Codec.utf8(), options);
                CacheAside<String> hard =
                        CacheAside.create(direct, space, Codec.utf8(), CacheAsideOptions.ofTtl(TTL))) {
            soft.get("warm-up", this::load);
            Consumer<String> stale = key -> {
                writer.put(key, "old");
                Awaitility.await().until(() -> writer.inspect(key).age().toMillis() > 20);
            };
            cuttingEach(3, stale, key -> {
                long ended = endedRefreshes();
                Lookup<String> found = once(() -> {
                    Lookup<String> answer = soft.lookup(key, this::load);
                    if (answer.source() != Source.BYPASSED) {
                        Awaitility.await().until(() -> endedRefreshes() > ended);
                    }
                    return answer;
                });
                boolean past = found.source() == Source.BYPASSED;
                return () -> {
                    assertThat(found.value()).isEqualTo(past ? "value " + loads : "old");
                    assertThat(hard.get(key, name -> "none")).isEqualTo(past ? "old" : "value " + loads);
                };
            });
        }
    }

    @Test
    void ofALoadOfMany() throws Exception {
        cuttingEach(3, key -> {}, key -> {
            List<String> names = List.of(key + "a", key + "b", key + "c");
            Queue<String> loaded = new ConcurrentLinkedQueue<>();
            Map<String, String> values = cache.getAll(names, missing -> {
                loaded.addAll(missing);
                return named(missing);
            });
            return () -> {
                assertThat(values).isEqualTo(named(Set.copyOf(names)));
                assertThat(loaded).containsExactlyInAnyOrderElementsOf(names);
                assertThat(witness.getAll(names, CacheEveryReplyIT::named)).isEqualTo(values);
            };
        });
    }

    @Test
    void ofAWaitForAnother() throws Exception {
        byte[] other = CacheRecord.newId();
        cuttingEach(3, key -> Sync.await(store.lease(key, other, TTL)), key -> {
            int before = proxies.cuts();
            Future<String> waiting = threads.submit(() -> cache.get(key, name -> "own"));
            Awaitility.await().until(() -> isAwaited(key) || proxies.cuts() > before);
            byte[] value = "filled".getBytes(StandardCharsets.UTF_8);
            assertThat(Sync.<Boolean>await(store.fill(key, other, value, new Lifetime(60_000, 60_000), 0)))
                    .isTrue();
            String got = waiting.get(20, TimeUnit.SECONDS);
            return () -> {
                assertThat(got).isIn("filled", "own"); // its own if it had to go past
                assertThat(witness.get(key, name -> "none")).isEqualTo("filled");
            };
        });
    }

    @Test
    void ofAPut() throws Exception {
        cuttingEach(2, this::old, key -> {
            WriteOutcome outcome = cache.put(key, "new");
            return () -> isLeft(key, outcome);
        });
    }

    @Test
    void ofAnUpdate() throws Exception {
        cuttingEach(2, this::old, key -> {
            WriteOutcome outcome = once(() -> cache.update(key, "new", loads::incrementAndGet));
            return () -> isLeft(key, outcome);
        });
    }

    @Test
    void ofAnInvalidationAroundAWrite() throws Exception {
        cuttingEach(2, this::old, key -> {
            WriteOutcome outcome = once(() -> cache.invalidateAround(key, loads::incrementAndGet));
            return () -> {
                assertThat(outcome).isEqualTo(WriteOutcome.REMOVED);
                assertThat(there(key)).isFalse();
                isLeft(key, outcome);
            };
        });
    }

    @Test
    void ofAnInvalidation() throws Exception {
        cuttingEach(1, this::old, key -> {
            WriteOutcome outcome = cache.invalidate(key);
            return () -> {
                assertThat(outcome).isEqualTo(WriteOutcome.REMOVED);
                assertThat(there(key)).isFalse();
                isLeft(key, outcome);
            };
        });
    }

    private void cuttingEach(int least, Consumer<String> prepare, Call call) throws Exception {
        for (Cut how : Cut.values()) {
            proxies.cutBy(how);
            int nth = 0;
            boolean cut = true;
            while (cut) {
                String key = how + "-" + ++nth;
                prepare.accept(key);
                int before = proxies.cuts();
                proxies.cutNthReply(nth);
                Runnable check = call.run(key);
                cut = proxies.cuts() > before;
                proxies.restore();
                check.run();
                assertThat(nth).isLessThan(MOST);
            }
            assertThat(nth).as("replies to cut, and one more").isGreaterThan(least);
        }
    }

    /** Whatever is cut, the loader or writer that counts has run once. */
    private <T> T once(Callable<T> call) throws Exception {
        int before = loads.get();
        T result = call.call();
        assertThat(loads).hasValue(before + 1);
        return result;
    }

    private void old(String key) {
        assertThat(witness.put(key, "old")).isEqualTo(WriteOutcome.STORED);
    }

    /** If anything is, and nothing comes after it. */
    private void isLeft(String key, WriteOutcome outcome) {
        assertThat(outcome).isIn(WriteOutcome.STORED, WriteOutcome.REMOVED);
        assertThat(witness.get(key, name -> "new")).isEqualTo("new");
        witness.put(key, "later");
        assertThat(cache.get(key, name -> "none")).isEqualTo("later");
    }

    private long endedRefreshes() {
        return Search.in(registry).name("redis.patterns.cacheaside.loads").tag("reason", "refresh").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private static Map<String, String> named(Set<String> names) {
        return names.stream().collect(Collectors.toMap(name -> name, name -> "value of " + name));
    }
}
