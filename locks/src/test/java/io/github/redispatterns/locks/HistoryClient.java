package io.github.redispatterns.locks;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.locks.HistoryEvent.Kind;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One client of {@link LockHistoryIT}: it acquires, extends, writes, and releases or not, as its seed says. */
final class HistoryClient implements Runnable {

    /** Few, so that they meet; numbers of seats in the guarded table. */
    static final List<String> RESOURCES = List.of("1", "2", "3");

    static final int LEAST_TTL_MILLIS = 300;
    static final int MOST_TTL_MILLIS = 1_500;
    private static final int LIFETIMES = 3;
    private static final int REPEATS = 3;
    private static final long UNTOLD_NANOS = Duration.ofSeconds(10).toNanos();

    private final HistoryProcess process;
    private final String name;
    private final DistributedLock lock;
    private final ServerSideEnd ends;
    private final Random random;
    private String resource = "";
    private int requests;

    HistoryClient(HistoryProcess process, String name, DistributedLock lock, ServerSideEnd ends, long seed) {
        this.process = process;
        this.name = name;
        this.lock = lock;
        this.ends = ends;
        this.random = new Random(seed);
    }

    @Override
    public void run() {
        while (!process.isStopped()) {
            try {
                acquire();
            } catch (PatternsException | RedisException away) {
                process.failed(away);
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void acquire() throws InterruptedException, ExecutionException {
        resource = RESOURCES.get(random.nextInt(RESOURCES.size()));
        Duration ttl = ttl();
        LeaseOptions.Builder options = LeaseOptions.builder(ttl);
        boolean repeats = random.nextInt(3) == 0;
        if (repeats) {
            options.requestToken(name + "-" + ++requests);
        }
        boolean renewed = random.nextInt(8) == 0;
        if (renewed) {
            options.renewFor(ttl.multipliedBy(LIFETIMES));
        }
        if (random.nextInt(4) > 0) {
            options.maxWait(Duration.ofMillis(1 + random.nextInt(2 * MOST_TTL_MILLIS)));
        }
        say(Kind.ASKED, 0, System.nanoTime(), 0);
        if (acquire(options.build(), repeats ? REPEATS : 0) instanceof Acquisition.Acquired acquired) {
            hold(
                    acquired.lease(),
                    ttl,
                    renewed,
                    repeats ? options.maxWait(Duration.ZERO).build() : null);
        }
    }

    /** Whoever has a token may ask again if it does not know what came of it. */
    private Acquisition acquire(LeaseOptions options, int repeats) {
        try {
            return lock.acquire(resource, options);
        } catch (PatternsException | RedisException away) {
            if (repeats == 0) {
                throw away;
            }
            process.failed(away);
            say(Kind.REPEATED, 0, System.nanoTime(), 0);
            return acquire(options, repeats - 1);
        }
    }

    private void hold(Lease lease, Duration ttl, boolean renewed, @Nullable LeaseOptions again)
            throws InterruptedException, ExecutionException {
        long fence = lease.fencingToken();
        long acquired = System.nanoTime();
        say(Kind.ACQUIRED, fence, acquired, acquired + ttl.toNanos());
        if (renewed) {
            say(Kind.RENEWED, fence, System.nanoTime(), 0);
        }
        String of = resource; // by the time that it is told the client may want another
        CompletableFuture<Void> told = lease.lost()
                .thenAccept(loss -> {
                    long now = System.nanoTime();
                    process.say(Kind.TOLD, name, of, fence, now, now + lease.leftNanos());
                })
                .toCompletableFuture();
        sure(lease);
        lookUp(fence);
        for (int steps = random.nextInt(4); steps > 0; steps--) {
            switch (random.nextInt(again == null ? 3 : 4)) {
                case 0 -> extend(lease, ttl());
                case 1 -> write(lease);
                case 3 ->
                    lock.acquireAsync(resource, Objects.requireNonNull(again))
                            .toCompletableFuture()
                            .cancel(false); // which takes nothing from it
                default -> pass(told, random.nextInt(20));
            }
        }
        switch (random.nextInt(10)) {
            case 0 -> awaitLoss(lease, told);
            case 1 -> {
                pass(told, random.nextInt(MOST_TTL_MILLIS));
                release(lease);
            }
            default -> release(lease);
        }
    }

    private void extend(Lease lease, Duration by) {
        boolean extended;
        try {
            extended = lease.extend(by);
        } catch (PatternsException | RedisException away) {
            return; // it ends when it would have, and may end later on the server
        }
        if (extended) {
            long now = System.nanoTime();
            say(Kind.EXTENDED, lease.fencingToken(), now, now + by.toNanos());
            sure(lease);
            lookUp(lease.fencingToken());
        }
    }

    private void write(Lease lease) {
        long now = System.nanoTime();
        try {
            lease.ensureHeld();
        } catch (LeaseLostException tooLate) {
            return;
        }
        say(Kind.SURE, lease.fencingToken(), now, now);
        process.write(resource, lease.fencingToken());
    }

    /** As one who was paused: knows nothing of the loss, and writes all the same. */
    private void awaitLoss(Lease lease, CompletableFuture<Void> told) throws InterruptedException, ExecutionException {
        try {
            told.get(LIFETIMES * MOST_TTL_MILLIS * 1_000_000L + UNTOLD_NANOS, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            say(Kind.NEVER_TOLD, lease.fencingToken(), System.nanoTime(), 0);
        }
        if (random.nextBoolean()) {
            process.write(resource, lease.fencingToken());
        }
    }

    private void release(Lease lease) {
        sure(lease);
        say(Kind.RELEASED, lease.fencingToken(), System.nanoTime(), 0);
        lease.close();
    }

    private void sure(Lease lease) {
        long now = System.nanoTime(); // before it looks, so that the sum is not later than the lease thinks
        long left = lease.remaining().toNanos();
        if (left > 0) {
            say(Kind.SURE, lease.fencingToken(), now, now + left);
        }
    }

    private void lookUp(long fence) {
        ends.of(resource, fence).ifPresent(end -> say(Kind.LOOKED_UP, fence, System.nanoTime(), end));
    }

    private static void pass(CompletableFuture<Void> told, int millis) throws InterruptedException, ExecutionException {
        try {
            told.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return; // that was the point
        }
    }

    private Duration ttl() {
        return Duration.ofMillis(LEAST_TTL_MILLIS + random.nextInt(MOST_TTL_MILLIS - LEAST_TTL_MILLIS));
    }

    private void say(Kind kind, long fence, long at, long value) {
        process.say(kind, name, resource, fence, at, value);
    }
}
