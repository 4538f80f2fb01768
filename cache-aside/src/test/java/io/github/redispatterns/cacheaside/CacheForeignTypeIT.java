package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Another program puts a key of another type in a lease's place while it is held: it is left alone, and told of. */
@RedisTest
class CacheForeignTypeIT extends CacheBench {

    @AfterEach
    void remove() {
        admin(c -> c.del(keys.key("k")));
    }

    @Test
    void duringALoadItsCallerHasTheValue() {
        Lookup<String> loaded = cache.lookup("k", key -> {
            replaceByList();
            return load(key);
        });
        assertThat(loaded).isEqualTo(new Lookup<>("value 1", Source.LOADED, Duration.ZERO));
        assertThat(loads("fill-failed")).isEqualTo(1);
        Awaitility.await().until(() -> counted("releases.failed") == 1);
        theListIsLeftAlone();
    }

    @Test
    void whoHasKeptItOutOfTheCacheHasTheValueToo() {
        String loaded = cache.get("k", Loader.withContext((key, answer) -> {
            answer.doNotStore();
            replaceByList();
            return load(key);
        }));
        assertThat(loaded).isEqualTo("value 1");
        assertThat(counted("releases.failed")).isEqualTo(1);
        theListIsLeftAlone();
    }

    @Test
    void duringALoadThatFailsTheLoadersFailureIsToldAndNotThis() {
        IOException disk = new IOException("disk");
        assertThatThrownBy(() -> cache.get("k", key -> {
                    replaceByList();
                    throw disk;
                }))
                .isInstanceOf(LoadFailedException.class)
                .hasCause(disk);
        Awaitility.await().until(() -> counted("releases.failed") == 1);
        theListIsLeftAlone();
    }

    /** The write has been committed, and the cache cannot be made to show it: nor does it show anything else. */
    @Test
    void duringAWriteItsCallerIsTold() {
        AtomicInteger commits = new AtomicInteger();
        assertThatThrownBy(() -> cache.update("k", "new", () -> {
                    replaceByList();
                    commits.incrementAndGet();
                }))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");
        theListIsLeftAlone();
        admin(c -> c.del(keys.key("k")));
        assertThatThrownBy(() -> cache.invalidateAround("k", () -> {
                    replaceByList();
                    commits.incrementAndGet();
                }))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");
        assertThat(commits).hasValue(2);
        theListIsLeftAlone();
    }

    @Test
    void whoWaitsElsewhereIsToldAtOnce() throws Exception {
        CacheAside<String> other = cache(handle(), CacheAsideOptions.ofTtl(TTL));
        CompletableFuture<String> slow = new CompletableFuture<>();
        CompletionStage<String> loading = cache.getAsync("k", key -> slow);
        Awaitility.await().until(() -> there("k"));
        Future<String> waiting = threads.submit(() -> other.get("k", this::load));
        Awaitility.await().until(() -> waits("remote") == 1);
        replaceByList();
        assertThatThrownBy(() -> waiting.get(3, TimeUnit.SECONDS)).hasMessageContaining("WRONGTYPE");
        slow.complete("loaded");
        assertThat(Sync.<String>await(loading)).isEqualTo("loaded");
        theListIsLeftAlone();
    }

    private void replaceByList() {
        admin(c -> c.rpush(keys.key("k", "list"), "foreign"));
        admin(c ->
                c.rename(keys.key("k", "list"), keys.key("k"))); // at one stroke, so that nobody takes a lease between
    }

    private void theListIsLeftAlone() {
        List<String> list = admin(c -> c.lrange(keys.key("k"), 0, -1));
        assertThat(list).containsExactly("foreign");
        assertThatThrownBy(() -> cache.get("k", this::load)).hasMessageContaining("WRONGTYPE");
    }
}
