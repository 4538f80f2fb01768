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
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** The memory: what a limit for each of many users takes. */
public final class Memory implements Experiment {

    private static final int USERS = 100_000;
    private static final int AT_ONCE = 1_000;
    private static final int SAMPLE = 1_000;
    private static final int PERMITS = 100;
    /** Each user's so far. */
    private static final int CALLS = 20;

    private static final Duration PERIOD = Duration.ofHours(1);

    /** What the guides count for each user, bytes. */
    private static final int ESTIMATE = 100;
    /** Keys here are longer than people's: what is more than that is not counted. */
    private static final int KEY_LENGTH = 14;
    /** Of a key of 32 characters and more. */
    private static final int LONG_KEY_BYTES = 2;

    /** Creates the experiment. */
    public Memory() {}

    @Override
    public String name() {
        return "ratelimit/memory";
    }

    @Override
    public String question() {
        return "How much memory do the limits of 100,000 users take, if each may make " + PERMITS
                + " calls an hour and has" + " made " + CALLS + "?";
    }

    @Override
    public String naive() {
        return "About " + ESTIMATE
                + " bytes each, 10 MB; for an exact limit a sorted set, with a member for each call.";
    }

    @Override
    public String recipe() {
        return "RateLimiter with each of its algorithms; one string for each user.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int users = context.load().scaled(USERS, AT_ONCE);
        Site site = Site.of(context);
        try (Redis redis = site.open();
                Gates recipe = new Gates(redis, site.recipeKeys(), Limit.of(PERMITS, PERIOD))) {
            Meter meter = new Meter(redis, users);
            context.progress().at("a sorted set for each of " + users + " users");
            Taken naive = meter.measure(
                    site.naiveKeys(), user -> sortedSet(redis, site.naiveKeys().key(user)));
            if (naive.bytes() <= ESTIMATE) {
                throw new NothingShownException("A sorted set took " + naive.bytes() + " bytes for each user");
            }
            long counter = new Meter(redis, Math.min(users, SAMPLE))
                    .measure(
                            site.naiveKeys(),
                            user -> counter(redis, site.naiveKeys().key(user)))
                    .bytes();
            List<Claim> claims = new ArrayList<>();
            long immortal = 0;
            for (Algorithm algorithm : Algorithm.values()) {
                context.progress().at(Gates.name(algorithm) + " for each of " + users + " users");
                RateLimiter limiter = recipe.limiter(algorithm);
                Taken taken = meter.measure(recipe.keys(algorithm), user -> take(limiter, user));
                immortal += taken.immortal();
                claims.add(new Claim(
                        "bytes for each user, " + Gates.name(algorithm),
                        naive.bytes(),
                        taken.bytes(),
                        Bound.atMost(most(algorithm, counter))));
            }
            claims.add(new Claim("keys without a time to live", naive.immortal(), immortal, Bound.atMost(0)));
            return new Result(
                    "A sorted set takes " + naive.bytes() + " bytes for each user, and for 100,000 of them "
                            + String.format(Locale.ROOT, "%.1f", naive.bytes() / 10.0) + " MB. (By MEMORY USAGE of "
                            + Math.min(users, SAMPLE) + " of " + users + " keys, as if they had " + KEY_LENGTH
                            + " characters; so weighed, a bare counter takes " + counter + ".)",
                    claims);
        }
    }

    /** {@code counter}: what a bare counter takes. The log keeps 7 bytes for each permit taken, and grows by doubling. */
    private static long most(Algorithm algorithm, long counter) {
        return switch (algorithm) {
            case GCRA -> counter;
            case FIXED_WINDOW, TOKEN_BUCKET -> counter + 40;
            case SLIDING_WINDOW_COUNTER -> counter + 56;
            case SLIDING_WINDOW_LOG -> counter + 56 + 2 * 7 * CALLS;
        };
    }

    private static CompletionStage<Void> take(RateLimiter limiter, String user) {
        return limiter.tryAcquireAsync(user, CALLS).thenAccept(Memory::ensureAllowed);
    }

    private static void ensureAllowed(Decision decision) {
        if (!decision.allowed()) {
            throw new IllegalStateException("A user's first calls are refused");
        }
    }

    /** One number; less than that no limit takes. */
    private static CompletionStage<Void> counter(Redis redis, String key) {
        return redis.executeAsync(commands -> commands.set(key, "1", SetArgs.Builder.px(PERIOD)))
                .thenAccept(set -> {});
    }

    /** As the guides do: the time, ms, and something that no other call has. */
    private static CompletionStage<Void> sortedSet(Redis redis, String key) {
        Object[] calls = new Object[2 * CALLS];
        long now = System.currentTimeMillis();
        for (int i = 0; i < CALLS; i++) {
            calls[2 * i] = (double) now;
            calls[2 * i + 1] = now + "-" + i;
        }
        return redis.executeAsync(commands -> {
            CompletionStage<Long> added = commands.zadd(key, calls);
            return commands.pexpire(key, PERIOD.toMillis()).thenAcceptBoth(added, (set, count) -> {});
        });
    }

    /**
     * What an answer takes.
     *
     * @param bytes for each user, the most that was found
     * @param immortal how many keys have no time to live, of those looked at
     */
    private record Taken(long bytes, long immortal) {}

    /** Has all users make their calls, weighs some of their keys, and deletes all of them. */
    private static final class Meter {

        private final Redis redis;
        private final int users;

        Meter(Redis redis, int users) {
            this.redis = redis;
            this.users = users;
        }

        /** {@code calls}: makes a user's calls. */
        Taken measure(KeySpace keys, Function<String, CompletionStage<Void>> calls) {
            int step = Math.max(users / SAMPLE, 1);
            forUsers(1, calls);
            List<Long> bytes = forUsers(step, user -> weigh(keys.key(user)));
            List<Long> ttls = forUsers(step, user -> redis.executeAsync(commands -> commands.pttl(keys.key(user))));
            forUsers(1, user -> redis.executeAsync(commands -> commands.unlink(keys.key(user))));
            return new Taken(
                    bytes.stream().mapToLong(Long::longValue).max().orElseThrow(),
                    ttls.stream().filter(ttl -> ttl == -1).count());
        }

        private CompletionStage<Long> weigh(String key) {
            return redis.executeAsync(commands -> commands.memoryUsage(key))
                    .thenApply(bytes -> Objects.requireNonNull(bytes, "A key has gone")
                            - (key.length() + LONG_KEY_BYTES - KEY_LENGTH));
        }

        private <T> List<T> forUsers(int step, Function<String, CompletionStage<T>> work) {
            List<T> results = new ArrayList<>();
            List<CompletionStage<T>> underWay = new ArrayList<>();
            for (int i = 0; i < users; i += step) {
                underWay.add(work.apply(String.format(Locale.ROOT, "user-%06d", i)));
                if (underWay.size() == AT_ONCE || i + step >= users) {
                    underWay.forEach(each -> results.add(Sync.await(each)));
                    underWay.clear();
                }
            }
            return results;
        }
    }
}
