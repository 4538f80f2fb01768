package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.SetArgs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Hits, misses, and what is said of them. */
@RedisTest
class CacheAsideIT extends CacheBench {

    @Test
    void aMissIsLoadedAndAHitIsNot() {
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(cache.get("k", this::load)).isEqualTo("value 1");
        assertThat(Sync.<String>await(cache.getAsync("k", key -> CompletableFuture.completedFuture("other"))))
                .isEqualTo("value 1");
        assertThat(loads).hasValue(1);
        assertThat(gets("redis")).isEqualTo(2);
        assertThat(gets("loaded")).isEqualTo(1);
        assertThat(loads("stored")).isEqualTo(1);
    }

    @Test
    void theExamplesInTheReadmeRun() {
        List<String> saved = new ArrayList<>();
        CacheAsideExamples.Products database = new CacheAsideExamples.Products() {
            @Override
            public CacheAsideExamples.Product find(String id) {
                return new CacheAsideExamples.Product("tea", 350);
            }

            @Override
            public Map<String, CacheAsideExamples.Product> findAll(Set<String> ids) {
                return ids.stream().collect(Collectors.toMap(id -> id, this::find));
            }

            @Override
            public void save(String id, CacheAsideExamples.Product product) {
                saved.add(id);
            }
        };
        CacheAsideExamples.Product tea = CacheAsideExamples.quickStart(redis, keys, database);
        assertThat(tea.cents()).isEqualTo(350);
        assertThat(saved).containsExactly("42");
        assertThat(cache.get("42", this::load)).isEqualTo("value 1");
        Map<String, CacheAsideExamples.Product> basket = CacheAsideExamples.more(redis, keys, database);
        assertThat(basket.get("42").cents()).isEqualTo(390);
        assertThat(basket.get("43").cents()).isEqualTo(350);
    }

    @Test
    void entriesLiveAsLongAsTheTtlLessTheJitter() {
        CacheAside<String> jittered = cache(
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
    void thatThereIsNoValueIsRememberedForItsOwnTime() {
        CacheAside<String> negative = cache(CacheAsideOptions.builder(TTL)
                .negativeTtl(Duration.ofSeconds(20))
                .build());
        assertThat(negative.lookup("k", this::loadNothing).source()).isEqualTo(Source.LOADED);
        Lookup<String> second = negative.lookup("k", this::load);
        assertThat(second.value()).isNull();
        assertThat(second.source()).isEqualTo(Source.NEGATIVE);
        assertThat(loads).hasValue(1);
        assertThat(pttl("k")).isBetween(15_000L, 20_000L);
        negative.invalidate("k");
        assertThat(negative.get("k", this::load)).isEqualTo("value 2");
        assertThat(pttl("k")).isGreaterThan(200_000);
    }

    @Test
    void thatThereIsNoValueIsNotRememberedForNoTime() {
        CacheAside<String> forgetful =
                cache(CacheAsideOptions.builder(TTL).negativeTtl(Duration.ZERO).build());
        assertThat(forgetful.get("k", this::loadNothing)).isNull();
        assertThat(there("k")).isFalse();
        assertThat(forgetful.get("k", this::load)).isEqualTo("value 2");
        assertThat(loads("not-stored")).isEqualTo(1);
    }

    @Test
    void theLoaderSaysHowItsAnswerIsCached() {
        cache.get("short", Loader.withContext((key, context) -> {
            context.ttl(Duration.ofSeconds(7));
            return load(key);
        }));
        assertThat(pttl("short")).isBetween(5_000L, 7_000L);
        Loader<String> secret = Loader.withContext((key, context) -> {
            context.doNotStore();
            return load(key);
        });
        assertThat(cache.get("k", secret)).isEqualTo("value 2");
        assertThat(there("k")).isFalse();
        assertThat(cache.lookup("k", secret)).isEqualTo(new Lookup<>("value 3", Source.LOADED, Duration.ZERO));
        cache.get("none", Loader.withContext((key, context) -> {
            context.ttl(Duration.ofSeconds(7));
            return null;
        }));
        assertThat(pttl("none")).isBetween(5_000L, 7_000L);
        Sync.await(cache.getAsync("async", AsyncLoader.withContext((key, context) -> {
            context.ttl(Duration.ofSeconds(9));
            return CompletableFuture.completedFuture("v");
        })));
        assertThat(pttl("async")).isBetween(7_000L, 9_000L);
        assertThatThrownBy(() -> cache.get("bad", Loader.withContext((key, context) -> {
                    context.ttl(Duration.ZERO);
                    return "v";
                })))
                .hasMessageStartingWith("ttl: ");
    }

    @Test
    void aLookupTellsSourceAndAge() {
        assertThat(cache.lookup("k", this::load)).isEqualTo(new Lookup<>("value 1", Source.LOADED, Duration.ZERO));
        Awaitility.await().until(() -> cache.lookup("k", this::load).age().compareTo(Duration.ofMillis(200)) > 0);
        Lookup<String> hit =
                Sync.await(cache.lookupAsync("k", key -> CompletableFuture.failedFuture(new IOException())));
        assertThat(hit.source()).isEqualTo(Source.REDIS);
        assertThat(hit.age()).isBetween(Duration.ofMillis(150), Duration.ofSeconds(20));
    }

    @Test
    void anInspectionTellsWhatStandsAtAKey() {
        assertThat(cache.inspect("k")).isNull();
        CacheAside<String> soft = cache(CacheAsideOptions.builder(TTL)
                .softTtl(Duration.ofMinutes(1))
                .jitter(0)
                .build());
        soft.get("k", key -> {
            assertThat(soft.inspect("k").state()).isEqualTo(Inspection.State.LEASED);
            assertThat(soft.inspect("k").expiresIn()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
            return "twelve bytes";
        });
        Inspection value = soft.inspect("k");
        assertThat(value.state()).isEqualTo(Inspection.State.VALUE);
        assertThat(value.valueBytes()).isEqualTo(12);
        assertThat(value.age()).isLessThan(Duration.ofSeconds(30));
        assertThat(value.staleIn()).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1));
        assertThat(value.expiresIn()).isBetween(Duration.ofMinutes(4), TTL);
        assertThat(value.loadTime()).isBetween(Duration.ofNanos(1_000), Duration.ofSeconds(30));
        soft.get("none", this::loadNothing);
        assertThat(soft.inspect("none").state()).isEqualTo(Inspection.State.NEGATIVE);
        admin(c -> c.set(keys.key("k"), "foreign", SetArgs.Builder.px(60_000)));
        assertThat(soft.inspect("k").state()).isEqualTo(Inspection.State.UNREADABLE);
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
        assertThat(loads("failed")).isEqualTo(4);
    }
}
