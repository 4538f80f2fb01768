package io.github.redispatterns.lab.locks;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.lab.equipment.Child;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.locks.Acquisition;
import io.github.redispatterns.locks.DistributedLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The lock of two commands: its holder is killed between them. */
public final class IncrLock implements Experiment {

    private static final int LOCKS = 50;
    private static final Duration TTL = Duration.ofMillis(500);
    private static final int TTLS = 8;
    /** After the end of the lease: the next waiter looks a moment later. */
    private static final Duration SLACK = Duration.ofMillis(200);

    private static final long POLL_MILLIS = 20;

    /** Creates the experiment. */
    public IncrLock() {}

    @Override
    public String name() {
        return "locks/incr-lock";
    }

    @Override
    public String question() {
        return "A client that has just taken a lock is killed. When does the next one get it?";
    }

    @Override
    public String naive() {
        return "INCR; whoever reads 1 has the lock, and gives it a time to live with EXPIRE. The client is killed between"
                + " the two.";
    }

    @Override
    public String recipe() {
        return "DistributedLock: owner and end of the lease are written by one script. The client is killed right after"
                + " it.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int locks = context.load().scaled(LOCKS, 5);
        Site site = Site.of(context);
        context.progress().at("starting a JVM");
        try (Child client = Child.start(IncrClient.class, new IncrClient.Setup(site, locks, TTL.toMillis()));
                Redis redis = site.open();
                DistributedLock lock = DistributedLock.create(redis, site.recipeKeys())) {
            client.answer();
            lock.acquire("warm up", TTL, TTL).orElseThrow().close(); // so that others already wait when the client dies
            client.ask(IncrClient.INCR);
            long asked = System.nanoTime();
            client.ask(IncrClient.ACQUIRE);
            List<CompletableFuture<Long>> waiting = waitFor(lock, locks);
            client.kill();
            long killed = System.nanoTime();
            context.progress().at("waiting for what a dead client holds");
            long naiveImmortal = immortal(redis, site.naiveKeys(), locks);
            long recipeImmortal = immortal(redis, site.recipeKeys(), locks);
            Set<String> stuck = stuckAfter(TTL.multipliedBy(TTLS), killed, redis, site.naiveKeys(), locks);
            List<Long> got = new ArrayList<>();
            for (CompletableFuture<Long> waiter : waiting) {
                if (waiter.isDone()) {
                    got.add(waiter.get());
                }
            }
            stuck.forEach(key -> redis.<Long>execute(commands -> commands.unlink(key))); // nothing else ends them
            return result(locks, naiveImmortal, recipeImmortal, stuck.size(), got, asked, killed);
        }
    }

    private static Result result(
            int locks, long naiveImmortal, long recipeImmortal, int stuck, List<Long> got, long asked, long killed) {
        if (stuck == 0) {
            throw new NothingShownException("Every lock was free again although its holder was killed before EXPIRE");
        }
        long latest = got.stream().mapToLong(Long::longValue).max().orElse(Long.MAX_VALUE);
        long tooEarly = got.stream().filter(at -> at - asked < TTL.toNanos()).count();
        return new Result(
                stuck + " of " + locks + " locks are held for ever: after " + TTLS + " times their time to live nobody"
                        + " has got them, and they have none.",
                List.of(
                        new Claim(
                                "locks of a dead client that nobody has after " + TTLS + " times their ttl, of "
                                        + locks,
                                stuck,
                                locks - got.size(),
                                Bound.atMost(0)),
                        new Claim(
                                "locks of a dead client without a time to live",
                                naiveImmortal,
                                recipeImmortal,
                                Bound.atMost(0)),
                        new Claim("locks that another got before the lease ended", null, tooEarly, Bound.atMost(0)),
                        new Claim(
                                "time from the kill until another has the lock, ttl " + TTL.toMillis()
                                        + " ms, at most, ms",
                                null,
                                TimeUnit.NANOSECONDS.toMillis(latest - killed),
                                Bound.atMost(TTL.plus(SLACK).toMillis()))));
    }

    static String seat(int number) {
        return "seat " + number;
    }

    private static long immortal(Redis redis, KeySpace keys, int locks) {
        return IntStream.range(0, locks)
                .filter(i -> redis.<Long>execute(commands -> commands.pttl(keys.key(seat(i)))) == -1)
                .count();
    }

    /** When each of them is acquired. */
    private static List<CompletableFuture<Long>> waitFor(DistributedLock lock, int locks) {
        return IntStream.range(0, locks)
                .mapToObj(i -> lock.acquireAsync(seat(i), TTL, TTL.multipliedBy(TTLS))
                        .thenApply(Acquisition::orElseThrow)
                        .thenApply(lease -> System.nanoTime())
                        .toCompletableFuture())
                .toList();
    }

    /** Tries again and again; tells which keys are still locked in the end. */
    private static Set<String> stuckAfter(Duration time, long since, Redis redis, KeySpace keys, int locks)
            throws InterruptedException {
        Set<String> held = new HashSet<>();
        for (int i = 0; i < locks; i++) {
            held.add(keys.key(seat(i)));
        }
        while (System.nanoTime() - since < time.toNanos()) {
            held.removeIf(key -> Sync.await(redis.executeAsync(commands -> commands.incr(key))) == 1);
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return held;
    }
}
