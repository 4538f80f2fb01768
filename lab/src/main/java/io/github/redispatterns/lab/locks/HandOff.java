package io.github.redispatterns.lab.locks;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.locks.DistributedLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The hand-off: a lock is released, and the next of those who wait for it goes on. */
public final class HandOff implements Experiment {

    private static final int WAITERS = 8;
    /** The waiters, and the one that has the lock. */
    private static final int CLIENTS = WAITERS + 1;

    private static final Duration HOLD = Duration.ofMillis(5);
    private static final int TURNS = 100;
    private static final int AT_LEAST = 3 * CLIENTS;
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 10 * CLIENTS;
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final int FAST_MILLIS = 10;
    private static final int SLOW_MILLIS = 50;

    /** One to ask and one to release; the rest is for the look a second that each process takes. */
    private static final double MOST_REQUESTS = 3;

    /** All others once, and once more if its request was slow to arrive. */
    private static final int MOST_TURNS = 2 * WAITERS;

    /** Creates the experiment. */
    public HandOff() {}

    @Override
    public String name() {
        return "locks/handoff";
    }

    @Override
    public String question() {
        return WAITERS + " clients wait for a lock that each holds for " + HOLD.toMillis()
                + " ms. How long is it idle between two of them, what does Redis have to do, and who waits how long?";
    }

    @Override
    public String naive() {
        return "SET with NX and PX about every 10 ms, or every 50 ms, until it succeeds.";
    }

    @Override
    public String recipe() {
        return "DistributedLock.acquire: who waits is in a queue, and whoever releases hands the lock to the next and tells"
                + " it so.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int turns = context.load().scaled(TURNS, AT_LEAST);
        try (Clients clients = new Clients(Site.of(context))) {
            List<Relay.Lap> fast = new ArrayList<>();
            List<Relay.Lap> slow = new ArrayList<>();
            List<Relay.Lap> push = new ArrayList<>();
            clients.push(context, WARM_UP);
            clients.poll(context, WARM_UP, FAST_MILLIS);
            for (int round = 0; round < ROUNDS; round++) { // in turns, so that nobody has the better moments for itself
                context.progress().at("round " + (round + 1) + " of " + ROUNDS);
                fast.add(clients.poll(context, turns, FAST_MILLIS));
                slow.add(clients.poll(context, turns, SLOW_MILLIS));
                push.add(clients.push(context, turns));
            }
            return result(sum(fast), sum(slow), sum(push));
        }
    }

    private static Relay.Lap sum(List<Relay.Lap> laps) {
        return laps.stream().reduce(Relay.Lap::plus).orElseThrow();
    }

    private static Result result(Relay.Lap fast, Relay.Lap slow, Relay.Lap push) {
        if (fast.requestsPerTurn() <= MOST_REQUESTS) {
            throw new NothingShownException(
                    "Polling needed no more than " + fast.requestsPerTurn() + " requests for a hand-off");
        }
        List<Claim> claims = new ArrayList<>();
        claims.addAll(claims("polling every " + FAST_MILLIS + " ms", fast, push));
        claims.addAll(claims("polling every " + SLOW_MILLIS + " ms", slow, push));
        return new Result(
                "Every " + FAST_MILLIS + " ms: " + fast.requestsPerTurn() + " requests for one hand-off, and one client"
                        + " waited while the others had " + fast.mostTurnsWaited() + " turns; every " + SLOW_MILLIS
                        + " ms: the lock is idle for " + slow.p50Millis() + " ms (p50).",
                claims);
    }

    private static List<Claim> claims(String naive, Relay.Lap poll, Relay.Lap push) {
        return List.of(
                new Claim(
                        "requests for one hand-off, " + naive,
                        poll.requestsPerTurn(),
                        push.requestsPerTurn(),
                        Bound.atMost(MOST_REQUESTS)),
                new Claim(
                        "p50 from release to the next holder, " + naive + ", ms",
                        poll.p50Millis(),
                        push.p50Millis(),
                        Bound.atMost(poll.p50Millis())),
                new Claim(
                        "p99 from release to the next holder, " + naive + ", ms",
                        poll.p99Millis(),
                        push.p99Millis(),
                        Bound.atMost(poll.p99Millis())),
                new Claim(
                        "turns of others that one waited through, at most, " + naive,
                        poll.mostTurnsWaited(),
                        push.mostTurnsWaited(),
                        Bound.atMost(MOST_TURNS)));
    }

    /** Each on a handle of its own, as the processes of a fleet. */
    private static final class Clients implements AutoCloseable {

        private final List<Redis> handles = new ArrayList<>();
        private final List<NaiveLock> naive = new ArrayList<>();
        private final List<DistributedLock> recipe = new ArrayList<>();

        Clients(Site site) {
            for (int i = 0; i < CLIENTS; i++) {
                Redis handle = site.open();
                handles.add(handle);
                naive.add(new NaiveLock(handle, site.naiveKeys()));
                recipe.add(DistributedLock.create(handle, site.recipeKeys()));
            }
        }

        Relay.Lap poll(Context context, int turns, int everyMillis) throws Exception {
            return new Relay(CLIENTS, HOLD, context.deployment(), Set.of("set", "eval")).run(turns, client -> {
                String me = "client " + client;
                while (!naive.get(client).tryAcquire("seat", me, TTL)) {
                    TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextLong(500, 1_500) * everyMillis);
                }
                return () -> naive.get(client).release("seat", me);
            });
        }

        Relay.Lap push(Context context, int turns) throws Exception {
            return new Relay(CLIENTS, HOLD, context.deployment(), Set.of("evalsha", "eval"))
                    .run(
                            turns,
                            client ->
                                    recipe.get(client).acquire("seat", TTL, TTL).orElseThrow()::release);
        }

        @Override
        public void close() {
            recipe.forEach(DistributedLock::close);
            handles.forEach(Redis::close);
        }
    }
}
