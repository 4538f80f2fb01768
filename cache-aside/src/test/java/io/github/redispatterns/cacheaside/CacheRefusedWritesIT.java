package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A master that answers reads and refuses writes, since it has too few replicas ({@code NOREPLICAS}): as one that was
 * isolated, and knows. A replica that is taken for the master ({@code READONLY}) is in {@link CacheFaultIT}.
 */
@RedisTest
class CacheRefusedWritesIT extends CacheFaultBench {

    private static final Duration IN_TIME = TIMEOUT.plusMillis(100).plus(NOISE);

    private final AtomicBoolean stop = new AtomicBoolean();

    /** Other callers have hits all the time, whose answers say that the server is there. */
    @Test
    void itCostsTheTimeoutOncePerWindowAndHitsGoOn() throws Exception {
        CacheAside<String> patient =
                hasty(options().breakerWindow(Duration.ofMinutes(1)).build());
        cache.put("k", "here");
        String gone = besideK();
        cache.put(gone, "old");
        Queue<Source> hits = new ConcurrentLinkedQueue<>();
        List<Future<?>> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(threads.submit(() -> {
                while (!stop.get()) {
                    hits.add(patient.lookup("k", this::load).source());
                }
            }));
        }
        whileWritesAreRefused(() -> {
            AtomicInteger commits = new AtomicInteger();
            List<String> names = missing(8);
            assertThat(timed(() -> {
                        assertThat(patient.invalidate(gone)).isEqualTo(WriteOutcome.PENDING);
                        for (String name : names) {
                            assertThat(patient.lookup(name, this::load).source())
                                    .isEqualTo(Source.BYPASSED);
                        }
                        assertThat(patient.put(gone, "new")).isEqualTo(WriteOutcome.PENDING);
                        assertThat(patient.update(gone, "new", commits::incrementAndGet))
                                .isEqualTo(WriteOutcome.PENDING);
                        assertThat(patient.invalidateAround(gone, commits::incrementAndGet))
                                .isEqualTo(WriteOutcome.PENDING);
                        assertThat(patient.getAll(names, this::loadAll)).hasSize(names.size());
                        assertThat(patient.lookup(gone, key -> "new").value()).isEqualTo("new");
                    }))
                    .isLessThan(IN_TIME);
            assertThat(commits).hasValue(2);
            assertThat(gauge("breaker.state")).isZero();
            assertThat(gauge("breaker.writes")).isBetween(1.0, 2.0);
        });
        stop.set(true);
        for (Future<?> each : readers) {
            each.get(20, TimeUnit.SECONDS);
        }
        assertThat(hits).hasSizeGreaterThan(50).containsOnly(Source.REDIS);
    }

    @Test
    void whenItTakesWritesAgainTheyAreDoneWithinAWindow() throws Exception {
        String gone = besideK();
        cache.put(gone, "old");
        whileWritesAreRefused(() -> {
            assertThat(hasty.invalidate(gone)).isEqualTo(WriteOutcome.PENDING);
            assertThat(source("k")).isEqualTo(Source.BYPASSED);
        });
        assertThat(timed(() -> Awaitility.await().until(() -> gauge("removals.pending") == 0)))
                .isLessThan(WINDOW.plus(TIMEOUT).plus(NOISE).plus(NOISE));
        assertThat(cache.get(gone, key -> "new")).isEqualTo("new");
        awaitHit("k", WINDOW.plus(IN_TIME));
        assertThat(gauge("breaker.writes")).isZero();
        assertThat(lost).isEmpty();
    }

    /** On the same master as "k". */
    private List<String> missing(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; names.size() < count; i++) {
            if (deployment.masterOf(keys.key("m" + i)).equals(master())) {
                names.add("m" + i);
            }
        }
        return names;
    }

    private void whileWritesAreRefused(ThrowingRunnable work) throws Exception {
        String before = admin(c -> c.configGet("min-replicas-to-write")).get("min-replicas-to-write");
        admin(c -> c.configSet("min-replicas-to-write", "5"));
        try {
            work.run();
        } finally {
            admin(c -> c.configSet("min-replicas-to-write", before));
        }
    }

    private Map<String, String> loadAll(Set<String> names) {
        return names.stream().collect(Collectors.toMap(name -> name, this::load));
    }
}
