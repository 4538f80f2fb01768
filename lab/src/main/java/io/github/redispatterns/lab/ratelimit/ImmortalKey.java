package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.equipment.Child;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.ratelimit.Decision;
import io.github.redispatterns.ratelimit.Limit;
import io.github.redispatterns.ratelimit.RateLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The immortal key: a gateway is killed between INCR and EXPIRE. */
public final class ImmortalKey implements Experiment {

    private static final int USERS = 50;
    private static final int PERMITS = 5;
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int PERIODS = 8;
    private static final int LAST = PERIODS / 2;
    private static final Duration PACE = Duration.ofMillis(50);

    /** Creates the experiment. */
    public ImmortalKey() {}

    @Override
    public String name() {
        return "ratelimit/immortal-key";
    }

    @Override
    public String question() {
        return "A gateway is killed right after it has counted a user's first call. When is that user's limit there again?";
    }

    @Override
    public String naive() {
        return "INCR a key for each user, and EXPIRE it when INCR says 1. The gateway is killed between the two.";
    }

    @Override
    public String recipe() {
        return "RateLimiter with FIXED_WINDOW: count and end of the window are written by one script. The gateway is killed"
                + " right after it.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int users = context.load().scaled(USERS, 5);
        Site site = Site.of(context);
        context.progress().at("starting a JVM");
        try (Child gateway = Child.start(
                        KilledGateway.class, new KilledGateway.Setup(site, users, PERMITS, PERIOD.toMillis()));
                Redis redis = site.open();
                RateLimiter limiter = KilledGateway.limiter(redis, site, Limit.of(PERMITS, PERIOD))) {
            gateway.answer();
            gateway.ask(KilledGateway.COUNT);
            gateway.ask(KilledGateway.TAKE);
            gateway.kill();
            long naiveImmortal = immortal(redis, site.naiveKeys(), users);
            long recipeImmortal = immortal(redis, site.recipeKeys(), users);
            NaiveWindow window = new NaiveWindow(redis, PERMITS, PERIOD);
            Users naive = new Users(users, user -> window.call(site.naiveKeys().key(user)));
            Users recipe =
                    new Users(users, user -> limiter.tryAcquireAsync(user).thenApply(Decision::allowed));
            context.progress().at("users who keep coming, for " + PERIODS + " periods");
            long begin = System.nanoTime();
            for (long passed = 0; passed < PERIOD.multipliedBy(PERIODS).toNanos(); passed = System.nanoTime() - begin) {
                boolean last = passed >= PERIOD.multipliedBy(PERIODS - LAST).toNanos();
                naive.call(last);
                recipe.call(last);
                TimeUnit.NANOSECONDS.sleep(PACE.toNanos());
            }
            for (int i = 0; i < users; i++) {
                String key = site.naiveKeys().key(user(i));
                redis.<Long>execute(commands -> commands.unlink(key)); // nothing else ends them
            }
            return result(users, naiveImmortal, recipeImmortal, naive, recipe);
        }
    }

    private static Result result(int users, long naiveImmortal, long recipeImmortal, Users naive, Users recipe) {
        if (naive.shutOut() == 0) {
            throw new NothingShownException(
                    "Every user was let in again although the gateway was killed before EXPIRE");
        }
        String last = "the last " + LAST + " of " + PERIODS + " periods";
        return new Result(
                naive.shutOut() + " of " + users + " users are shut out for ever: in " + last
                        + " none of their calls was let through, and " + naiveImmortal + " keys have no time to live.",
                List.of(
                        new Claim(
                                "users, of " + users + ", with no call let through in " + last,
                                naive.shutOut(),
                                recipe.shutOut(),
                                Bound.atMost(0)),
                        new Claim(
                                "keys of the killed gateway without a time to live",
                                naiveImmortal,
                                recipeImmortal,
                                Bound.atMost(0)),
                        new Claim(
                                "fewest calls of a user let through in " + last + ", limit " + PERMITS,
                                naive.fewest(),
                                recipe.fewest(),
                                Bound.atLeast(PERMITS * (LAST - 2))),
                        new Claim(
                                "most of them, the first of a window included",
                                null,
                                recipe.most(),
                                Bound.atMost(PERMITS * (LAST + 1)))));
    }

    static String user(int number) {
        return "user " + number;
    }

    private static long immortal(Redis redis, KeySpace keys, int users) {
        return IntStream.range(0, users)
                .filter(i -> redis.<Long>execute(commands -> commands.pttl(keys.key(user(i)))) == -1)
                .count();
    }

    /** All users, at one gate. */
    private static final class Users {

        private final Gate gate;
        private final int[] granted;

        Users(int count, Gate gate) {
            this.gate = gate;
            this.granted = new int[count];
        }

        /** Each makes a call; they count if it is one of the last periods. */
        void call(boolean counts) {
            List<List<CompletionStage<Boolean>>> calls = new ArrayList<>();
            for (int i = 0; i < granted.length; i++) {
                calls.add(gate.calls(user(i), 1));
            }
            for (int i = 0; i < granted.length; i++) {
                granted[i] += Gate.granted(calls.get(i)) * (counts ? 1 : 0);
            }
        }

        long shutOut() {
            return IntStream.of(granted).filter(each -> each == 0).count();
        }

        int fewest() {
            return IntStream.of(granted).min().orElseThrow();
        }

        int most() {
            return IntStream.of(granted).max().orElseThrow();
        }
    }
}
