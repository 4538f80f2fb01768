package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** One master of several falls silent, and the others answer. */
@RedisTest(topologies = Topology.CLUSTER)
class CacheClusterOutageIT extends CacheFaultBench {

    private static final Duration IN_TIME = TIMEOUT.plusMillis(100).plus(NOISE);
    /** So long that no pause of a busy machine is taken for silence, and so short that nobody is replaced meanwhile. */
    private static final Duration PATIENCE = Duration.ofMillis(700);

    private static final int KEYS = 60;

    private final AtomicBoolean stop = new AtomicBoolean();

    /** Under load: it is the others' answers that would hide the silence of the one. */
    @Test
    void aSilentMasterCostsACallerTheTimeoutOncePerWindowAndTheOthersNothing() throws Exception {
        List<String> lost = keys(true);
        List<String> living = keys(false);
        try (Redis handle = Handles.open(
                        deployment,
                        user,
                        RedisOptions.builder().meterRegistry(meters).commandTimeout(PATIENCE));
                CacheAside<String> one =
                        CacheAside.create(handle, keys, Codec.utf8(), options().build())) {
            living.forEach(key -> one.put(key, "here"));
            lost.forEach(key -> one.put(key, "there"));
            Queue<Source> others = new ConcurrentLinkedQueue<>();
            List<Future<?>> load = IntStream.range(0, 4)
                    .<Future<?>>mapToObj(first -> threads.submit(() -> {
                        for (int next = first; !stop.get(); next++) {
                            String key = living.get(next % living.size());
                            others.add(one.lookup(key, this::load).source());
                        }
                    }))
                    .toList();
            whileFrozen(() -> theTimeoutIsPaidOncePerWindow(one, lost));
            Awaitility.await()
                    .atMost(RECOVERY)
                    .until(() -> one.lookup(lost.get(0), this::load).source() == Source.REDIS);
            assertThat(gauge("breaker.state")).isZero();
            stop.set(true);
            for (Future<?> each : load) {
                each.get(20, TimeUnit.SECONDS);
            }
            assertThat(others).hasSizeGreaterThan(100).containsOnly(Source.REDIS);
        }
    }

    private void theTimeoutIsPaidOncePerWindow(CacheAside<String> one, List<String> lost) throws Exception {
        List<Duration> waits = new ArrayList<>();
        Duration all = Duration.ZERO;
        for (int next = 0; all.compareTo(PATIENCE.multipliedBy(2)) < 0; next++) {
            String key = lost.get(next % lost.size());
            Duration took =
                    timed(() -> assertThat(one.lookup(key, this::load).source()).isEqualTo(Source.BYPASSED));
            all = all.plus(took);
            waits.add(took);
        }
        List<Duration> timeouts = waits.stream()
                .filter(wait -> wait.compareTo(PATIENCE.minusMillis(20)) > 0)
                .toList();
        assertThat(timeouts).hasSizeBetween(1, 1 + (int) all.dividedBy(WINDOW.plus(PATIENCE)));
        assertThat(timeouts)
                .allMatch(wait -> wait.compareTo(PATIENCE.plusMillis(100).plus(NOISE)) < 0);
        assertThat(waits).hasSizeGreaterThan(100);
        assertThat(gauge("breaker.state")).isBetween(1.0, 2.0);
    }

    /** No hit waits to hear from another server than its own what time it is, whichever is asked. */
    @Test
    void aProcessThatStartsMeanwhileHasHitsOnTheOthersAtOnce() throws Exception {
        Duration patience = Duration.ofSeconds(4);
        CacheAsideOptions soft = options().softTtl(TTL.dividedBy(2)).build();
        Map<Integer, String> byMaster = new HashMap<>();
        IntStream.range(0, KEYS)
                .mapToObj(i -> "k" + i)
                .forEach(key ->
                        byMaster.putIfAbsent(deployment.masterOf(keys.key(key)).port(), key));
        byMaster.values().forEach(key -> cache.put(key, "here"));
        for (RedisNode living : deployment.masters()) {
            String key = byMaster.get(living.port());
            List<RedisNode> silent = deployment.nodes().stream()
                    .filter(node -> !node.equals(living))
                    .toList();
            try (Redis handle = Handles.open(
                            deployment, user, RedisOptions.builder().commandTimeout(patience));
                    CacheAside<String> one = CacheAside.create(handle, keys, Codec.utf8(), soft);
                    CacheAside<String> two = CacheAside.create(handle, keys, Codec.utf8(), soft);
                    CacheAside<String> many = CacheAside.create(handle, keys, Codec.utf8(), soft)) {
                String there = handle.execute(commands -> commands.get(keys.key(key)));
                assertThat(there).isNotNull(); // and it is connected
                silent.forEach(RedisNode::pause);
                assertThat(timed(() -> {
                            assertThat(one.get(key, this::load)).isEqualTo("here");
                            assertThat(Sync.<String>await(
                                            two.getAsync(key, name -> CompletableFuture.completedFuture(load(name)))))
                                    .isEqualTo("here");
                            assertThat(many.getAll(List.of(key), this::loadAll)).isEqualTo(Map.of(key, "here"));
                        }))
                        .isLessThan(patience.dividedBy(2));
            } finally {
                deployment.nodes().forEach(RedisNode::resume);
            }
        }
        assertThat(loads).hasValue(0);
    }

    /** The others' hits are hits, what they miss is loaded and stored, and the rest is loaded past in a call of its own. */
    @Test
    void manyKeysAtOnceLoseOnlyThoseOfTheSilentMaster() throws Exception {
        List<String> lost = keys(true);
        List<String> living = keys(false);
        List<String> missing = living.subList(0, 3);
        lost.forEach(key -> hasty.put(key, "there"));
        living.stream().skip(3).forEach(key -> hasty.put(key, "here"));
        List<String> names = IntStream.range(0, KEYS).mapToObj(i -> "k" + i).toList();
        Map<String, String> expected = new LinkedHashMap<>();
        names.forEach(key -> expected.put(key, living.contains(key) && !missing.contains(key) ? "here" : "loaded"));
        Queue<Set<String>> calls = new ConcurrentLinkedQueue<>();
        whileFrozen(() -> {
            assertThat(timed(() -> assertThat(readAll(names, calls)).isEqualTo(expected)))
                    .isLessThan(IN_TIME);
            assertThat(calls).containsExactlyInAnyOrder(Set.copyOf(lost), Set.copyOf(missing));
            calls.clear();
            assertThat(timed(() -> assertThat(readAll(names, calls)).isEqualTo(expected)))
                    .isLessThan(IN_TIME);
            assertThat(calls).containsExactly(Set.copyOf(lost));
        });
        assertThat(hastily("gets", "source", "bypassed")).isEqualTo(2 * lost.size());
    }

    /** Its guard knows nothing against it, however long the window of the old one is. */
    @Test
    void aNewMasterIsUsedAtOnceAndTheOldOneForgotten() throws Exception {
        CacheAside<String> slow =
                hasty(options().breakerWindow(Duration.ofMinutes(10)).build());
        RedisNode frozen = master();
        whileFrozen(() -> {
            assertThat(slow.lookup("k", this::load).source()).isEqualTo(Source.BYPASSED);
            assertThat(gauge("breaker.state")).isEqualTo(1);
            Awaitility.await()
                    .atMost(RECOVERY)
                    .until(() -> slow.lookup("k", this::load).source() == Source.REDIS);
            assertThat(master().port()).isNotEqualTo(frozen.port()); // the window has not ended
            assertThat(gauge("breaker.state")).isZero();
        });
    }

    /** Fails as the silent server did, and the others' values with it: an answer without them would say that they are none. */
    @Test
    void whereNoLoadMayPassTheWholeReadFails() throws Exception {
        CacheAside<String> strict = hasty(options().maxBypassLoads(0).build());
        List<String> names = List.of("k", keys(false).get(0));
        strict.getAll(names, this::loadAll);
        whileFrozen(() -> {
            Future<?> first = threads.submit(() -> strict.getAll(names, this::loadAll));
            assertThat(first).failsWithin(IN_TIME);
            Future<?> second = threads.submit(() -> strict.getAll(names, this::loadAll));
            assertThat(second).failsWithin(IN_TIME).withThrowableThat().withCauseInstanceOf(NotExecutedException.class);
        });
    }

    /** Names of keys that the master of "k" has, or that the others have. */
    private List<String> keys(boolean there) {
        int port = master().port();
        return IntStream.range(0, KEYS)
                .mapToObj(i -> "k" + i)
                .filter(key -> (deployment.masterOf(keys.key(key)).port() == port) == there)
                .toList();
    }

    private Map<String, String> readAll(List<String> names, Queue<Set<String>> calls) {
        return hasty.getAll(names, missing -> {
            calls.add(Set.copyOf(missing));
            return loadAll(missing);
        });
    }

    private Map<String, String> loadAll(Set<String> names) {
        return names.stream().collect(Collectors.toMap(name -> name, name -> "loaded"));
    }
}
