package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.Decision;
import io.github.redispatterns.ratelimit.Limit;
import io.github.redispatterns.ratelimit.RateLimiter;
import io.lettuce.core.Range;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The refused calls that count: a client that keeps trying keeps itself out. */
public final class RejectedCount implements Experiment {

    private static final int PERIODS = 10;
    private static final int PERMITS = 10;
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final Duration PACE = Duration.ofMillis(10);
    private static final String EAGER = "eager user";
    private static final String MODEST = "other user";

    /** Creates the experiment. */
    public RejectedCount() {}

    @Override
    public String name() {
        return "ratelimit/rejected-count";
    }

    @Override
    public String question() {
        return "A client that is refused tries again every " + PACE.toMillis()
                + " ms. When does it get in again, and what" + " does it cost Redis?";
    }

    @Override
    public String naive() {
        return "A sorted set as a log: ZREMRANGEBYSCORE what is old, ZADD the call, ZCARD; refused if there are too many.";
    }

    @Override
    public String recipe() {
        return "RateLimiter with SLIDING_WINDOW_LOG: it looks before it writes, so a refused call leaves no trace.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int periods = context.load().scaled(PERIODS, 4);
        Site site = Site.of(context);
        try (Redis redis = site.open();
                RateLimiter limiter = RateLimiter.create(
                        redis, site.recipeKeys(), Algorithm.SLIDING_WINDOW_LOG, Limit.of(PERMITS, PERIOD))) {
            Log log = new Log(redis, site.naiveKeys());
            Gate gate = user -> limiter.tryAcquireAsync(user).thenApply(Decision::allowed);
            Sync.await(log.call("warm up"));
            Sync.await(gate.call("warm up"));
            context.progress().at("a client that keeps trying, for " + periods + " periods");
            Hammer naive = new Hammer(log);
            Hammer recipe = new Hammer(gate);
            long begin = System.nanoTime();
            for (long next = begin;
                    next - begin < PERIOD.multipliedBy(periods).toNanos();
                    next = Math.max(next + PACE.toNanos(), System.nanoTime())) {
                sleepUntil(next);
                boolean again = next - begin >= PERIOD.toNanos();
                naive.hit(again);
                recipe.hit(again);
            }
            for (int i = 0; i < PERMITS; i++) { // both keys are there then, even if the machine has just slept
                Sync.await(log.call(EAGER));
                Sync.await(gate.call(EAGER));
                Sync.await(gate.call(MODEST));
            }
            long naiveBytes = bytes(redis, log.keys.key(EAGER));
            long recipeBytes = bytes(redis, site.recipeKeys().key(EAGER));
            long modestBytes = bytes(redis, site.recipeKeys().key(MODEST));
            return result(periods, naive, recipe, List.of(naiveBytes, recipeBytes, modestBytes));
        }
    }

    private static Result result(int periods, Hammer naive, Hammer recipe, List<Long> bytes) {
        if (naive.again >= PERMITS) {
            throw new NothingShownException(
                    "The client that kept trying was let in " + naive.again + " times after the first period");
        }
        String rest = (periods - 1) + " periods";
        return new Result(
                "Of " + naive.attempts + " calls " + naive.granted + " were let through, and " + naive.again
                        + " of these after the first period; the log holds the refused ones, " + bytes.get(0)
                        + " bytes.",
                List.of(
                        new Claim(
                                "calls let through in the next " + rest + ", limit " + PERMITS,
                                naive.again,
                                recipe.again,
                                Bound.atLeast(PERMITS * (periods - 2))),
                        new Claim("the same, at most", naive.again, recipe.again, Bound.atMost(PERMITS * periods)),
                        new Claim(
                                "bytes of its key, as many as after " + PERMITS + " calls and no refused one",
                                bytes.get(0),
                                bytes.get(1),
                                Bound.equalTo(bytes.get(2)))));
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos - System.nanoTime());
    }

    private static long bytes(Redis redis, String key) {
        return Objects.requireNonNull(redis.<Long>execute(commands -> commands.memoryUsage(key)), "The key has gone");
    }

    /** Who keeps trying. */
    private static final class Hammer {

        private final Gate gate;
        private int attempts;
        private int granted;
        /** After the first period. */
        private int again;

        Hammer(Gate gate) {
            this.gate = gate;
        }

        void hit(boolean afterFirstPeriod) {
            attempts++;
            if (Sync.await(gate.call(EAGER))) {
                granted++;
                again += afterFirstPeriod ? 1 : 0;
            }
        }
    }

    /** The guides' log. */
    private static final class Log implements Gate {

        private final Redis redis;
        private final KeySpace keys;
        private long calls;

        Log(Redis redis, KeySpace keys) {
            this.redis = redis;
            this.keys = keys;
        }

        @Override
        public CompletionStage<Boolean> call(String user) {
            String key = keys.key(user);
            long now = System.currentTimeMillis();
            String member = now + "-" + calls++;
            return redis.executeAsync(commands -> {
                        commands.zremrangebyscore(
                                key,
                                Range.from(
                                        Range.Boundary.unbounded(), Range.Boundary.including(now - PERIOD.toMillis())));
                        commands.zadd(key, (double) now, member);
                        CompletionStage<Long> count = commands.zcard(key);
                        commands.pexpire(key, PERIOD.toMillis());
                        return count;
                    })
                    .thenApply(count -> count <= PERMITS);
        }
    }
}
