package io.github.redispatterns.lab.locks;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * A lock that goes from one client to another: whoever has had it lets the next one have it before it asks again, so that
 * all but two always wait. For one run.
 */
final class Relay {

    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(1);
    private static final long PATIENCE_SECONDS = 60;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final Pattern CALLS = Pattern.compile("^cmdstat_(\\w+):calls=(\\d+)", Pattern.MULTILINE);

    /** How a client gets the lock. */
    interface Lock {
        Runnable acquire(int client) throws Exception;
    }

    /**
     * What one run has shown.
     *
     * @param micros from release to the next holder, µs
     * @param requests how many Redis was sent
     * @param turns how often somebody had the lock
     * @param mostTurnsWaited how many turns others had while one client waited, at most
     */
    record Lap(Histogram micros, long requests, int turns, int mostTurnsWaited) {

        Lap plus(Lap other) {
            Histogram both = micros.copy();
            both.add(other.micros);
            return new Lap(
                    both,
                    requests + other.requests,
                    turns + other.turns,
                    Math.max(mostTurnsWaited, other.mostTurnsWaited));
        }

        /** To a tenth. */
        double requestsPerTurn() {
            return Math.round(10.0 * requests / turns) / 10.0;
        }

        double p50Millis() {
            return millis(50);
        }

        double p99Millis() {
            return millis(99);
        }

        private double millis(double percentile) {
            return Math.round(micros.getValueAtPercentile(percentile) / 10.0) / 100.0;
        }
    }

    private final int clients;
    private final Duration hold;
    private final Set<String> requests;
    private final RedisDeployment deployment;
    private final Histogram micros = new AtomicHistogram(LONGEST_MICROS, 3);
    private final AtomicInteger turns = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private int mostTurnsWaited;
    private volatile long releasedNanos;

    /** {@code requests}: the commands that clients send; all others, which scripts run, are none. */
    Relay(int clients, Duration hold, RedisDeployment deployment, Set<String> requests) {
        this.clients = clients;
        this.hold = hold;
        this.requests = requests;
        this.deployment = deployment;
    }

    /** Lets all clients begin, and go on until there were so many turns in all. */
    Lap run(int wanted, Lock lock) throws Exception {
        CyclicBarrier line = new CyclicBarrier(clients);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        long before = requests();
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int client = i;
                all.add(threads.submit(() -> {
                    line.await();
                    takeTurns(client, wanted, lock);
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        return new Lap(micros, requests() - before, turns.get(), mostTurnsWaited);
    }

    private void takeTurns(int client, int wanted, Lock lock) throws Exception {
        while (turns.get() < wanted) {
            int asked = turns.get();
            Runnable release = lock.acquire(client);
            long now = System.nanoTime();
            if (inside.incrementAndGet() != 1) {
                throw new IllegalStateException("Two clients hold the lock");
            }
            int turn = turns.incrementAndGet();
            if (turn <= wanted) {
                if (turn > 1) {
                    micros.recordValue(Math.min(TimeUnit.NANOSECONDS.toMicros(now - releasedNanos), LONGEST_MICROS));
                }
                mostTurnsWaited = Math.max(mostTurnsWaited, turn - asked - 1);
            }
            TimeUnit.NANOSECONDS.sleep(hold.toNanos());
            inside.decrementAndGet();
            releasedNanos = System.nanoTime();
            release.run();
            while (turns.get() == turn && turn < wanted) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    private long requests() {
        return deployment.masters().stream().mapToLong(this::requests).sum();
    }

    private long requests(RedisNode node) {
        return CALLS.matcher(node.<String>call(commands -> commands.info("commandstats")))
                .results()
                .filter(calls -> requests.contains(calls.group(1)))
                .mapToLong(calls -> Long.parseLong(calls.group(2)))
                .sum();
    }
}
