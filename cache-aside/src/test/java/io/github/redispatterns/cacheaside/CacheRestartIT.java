package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * kill -9 and a restart, with what an append-only file has kept and without any, and reads while the file is being
 * loaded. On a lone server: under Sentinels or in a Cluster a replica takes over, and the restarted one forgets what it
 * had kept ({@link CacheTopologyIT}).
 */
class CacheRestartIT {

    private static final Duration TTL = Duration.ofMinutes(5);
    private static final RedisOptions QUICK =
            RedisOptions.builder().commandTimeout(Duration.ofMillis(300)).build();

    private final AtomicInteger loads = new AtomicInteger();

    @Test
    void withoutPersistenceEverythingIsLoadedAnew() {
        try (RedisDeployment deployment = RedisDeployment.start(Topology.STANDALONE);
                Redis redis = Redis.connect(deployment.uri(), QUICK);
                CacheAside<String> cache = cache(redis)) {
            RedisNode node = deployment.nodes().get(0);
            cache.put("gone", "old");
            cache.put("kept", "here");
            CompletableFuture<String> commit = new CompletableFuture<>();
            CompletionStage<WriteOutcome> update = cache.updateAsync("written", "new", () -> commit);
            Lookup<String> overtaken = cache.lookup("k", key -> {
                node.kill9();
                assertThat(cache.lookup("kept", this::load).source()).isEqualTo(Source.BYPASSED);
                assertThat(cache.invalidate("gone")).isEqualTo(WriteOutcome.PENDING);
                node.restart();
                Awaitility.await().until(() -> cache.lookup("probe", this::load).source() == Source.REDIS);
                return "late";
            });
            assertThat(overtaken).isEqualTo(new Lookup<>("late", Source.DISCARDED, Duration.ZERO));
            commit.complete("done");
            assertThat(Sync.<WriteOutcome>await(update)).isEqualTo(WriteOutcome.REMOVED); // its claim is gone
            assertThat(cache.lookup("written", this::load).source()).isEqualTo(Source.LOADED);
            assertThat(cache.lookup("kept", this::load).source()).isEqualTo(Source.LOADED);
            Awaitility.await().until(() -> cache.lookup("gone", this::load).source() == Source.REDIS);
            assertThat(cache.get("gone", this::load)).isNotEqualTo("old");
        }
    }

    /** Entries and leases are there again, so that the load may store, and what was invalidated meanwhile is removed. */
    @Test
    void withAnAppendOnlyFileEntriesAndLeasesAreKept() {
        try (RedisDeployment deployment = persistent();
                Redis redis = Redis.connect(deployment.uri(), QUICK);
                CacheAside<String> cache = cache(redis)) {
            RedisNode node = deployment.nodes().get(0);
            cache.put("gone", "old");
            cache.put("kept", "here");
            CompletableFuture<String> commit = new CompletableFuture<>();
            CompletionStage<WriteOutcome> update = cache.updateAsync("written", "new", () -> commit);
            Awaitility.await().until(() -> cache.inspect("written") != null);
            Lookup<String> loaded = cache.lookup("k", key -> {
                node.kill9();
                assertThat(cache.invalidate("gone")).isEqualTo(WriteOutcome.PENDING);
                assertThat(cache.lookup("gone", name -> "new").source()).isEqualTo(Source.BYPASSED);
                node.restart();
                Awaitility.await().until(() -> cache.lookup("kept", this::load).source() == Source.REDIS);
                return "in time";
            });
            assertThat(loaded).isEqualTo(new Lookup<>("in time", Source.LOADED, Duration.ZERO));
            assertThat(cache.get("k", this::load)).isEqualTo("in time");
            commit.complete("done");
            assertThat(Sync.<WriteOutcome>await(update)).isEqualTo(WriteOutcome.STORED); // its claim is kept
            assertThat(cache.get("written", this::load)).isEqualTo("new");
            assertThat(cache.get("kept", this::load)).isEqualTo("here");
            Awaitility.await().until(() -> cache.lookup("gone", name -> "new").source() == Source.REDIS);
            assertThat(cache.get("gone", name -> "new")).isEqualTo("new");
        }
    }

    /** It answers everything with LOADING, also a client's greeting. */
    @Test
    void aServerThatIsLoadingIsGoneAround() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        String kept = "x".repeat(2_000);
        try (RedisDeployment deployment = slowToLoad();
                Redis redis = Redis.connect(deployment.uri(), QUICK);
                CacheAside<String> cache = cache(redis)) {
            RedisNode node = deployment.nodes().get(0);
            for (int i = 0; i < 200; i++) {
                cache.put("k" + i, kept);
            }
            node.call(c -> c.save());
            node.kill9();
            Future<?> restart = threads.submit(node::restart);
            Awaitility.await().pollInterval(Duration.ofMillis(10)).until(() -> isLoading(node));
            assertThat(cache.lookup("k0", this::load).source()).isEqualTo(Source.BYPASSED);
            assertThat(cache.put("k1", "new")).isEqualTo(WriteOutcome.PENDING);
            assertThat(cache.invalidate("k2")).isEqualTo(WriteOutcome.PENDING);
            assertThat(cache.update("k3", "new", () -> {})).isEqualTo(WriteOutcome.PENDING);
            assertThat(cache.getAll(List.of("k4"), names -> Map.of("k4", "past")))
                    .isEqualTo(Map.of("k4", "past"));
            assertThat(isLoading(node)).as("it was loading all the time").isTrue();
            restart.get(60, TimeUnit.SECONDS);
            Awaitility.await().until(() -> cache.lookup("k0", this::load).source() == Source.REDIS);
            assertThat(cache.get("k0", this::load)).isEqualTo(kept);
            for (String written : List.of("k1", "k2", "k3")) {
                Awaitility.await()
                        .until(() -> cache.lookup(written, key -> "new").source() == Source.REDIS);
                assertThat(cache.get(written, key -> "new")).isEqualTo("new");
            }
            assertThat(cache.get("k4", this::load)).isEqualTo(kept);
        } finally {
            threads.shutdownNow();
        }
    }

    /** 10 ms for each key, and looking after its clients after each. */
    private static RedisDeployment slowToLoad() {
        return RedisDeployment.builder(Topology.STANDALONE)
                .config("key-load-delay", "10000")
                .config("loading-process-events-interval-bytes", "1024")
                .start();
    }

    /** By hand, for a client that is greeted with LOADING does not even connect. */
    private static boolean isLoading(RedisNode node) {
        try (Socket socket = new Socket(node.host(), node.port())) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            String reply = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            return String.valueOf(reply).startsWith("-LOADING");
        } catch (IOException notYetUp) {
            return false;
        }
    }

    private static RedisDeployment persistent() {
        return RedisDeployment.builder(Topology.STANDALONE)
                .config("appendonly", "yes")
                .start();
    }

    private static CacheAside<String> cache(Redis redis) {
        CacheAsideOptions options = CacheAsideOptions.builder(TTL)
                .breakerWindow(Duration.ofMillis(200))
                .build();
        return CacheAside.create(redis, KeySpace.of("restart"), Codec.utf8(), options);
    }

    private String load(String key) {
        return "value " + loads.incrementAndGet();
    }
}
