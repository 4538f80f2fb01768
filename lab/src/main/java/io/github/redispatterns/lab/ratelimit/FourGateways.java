package io.github.redispatterns.lab.ratelimit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.lab.equipment.Child;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.ratelimit.Algorithm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The gateways whose clocks differ: four processes keep one user's limit together. */
public final class FourGateways implements Experiment {

    private static final int PERMITS = 1_000;
    private static final int BURST = 100;
    /** A minute, thirty times as fast; a scale of 30 makes it a minute again. */
    private static final int MINUTE_MILLIS = 2_000;

    private static final int MINUTES = 3;
    /** How far each gateway's clock is ahead. */
    private static final List<Integer> SKEW_SECONDS = List.of(-5, -2, 2, 5);

    /** Creates the experiment. */
    public FourGateways() {}

    @Override
    public String name() {
        return "ratelimit/four-gateways";
    }

    @Override
    public String question() {
        return "Four gateways let one user's calls through, " + PERMITS
                + " a minute, and their clocks differ by up to 5 s"
                + " from the right time. How many pass in the worst minute?";
    }

    @Override
    public String naive() {
        return "A log in a script, atomic and exact, that takes the time from its caller.";
    }

    @Override
    public String recipe() {
        return "RateLimiter with each of its algorithms: a script asks the server for the time.";
    }

    @Override
    public Result run(Context context) throws Exception {
        long minuteMillis = context.load().scaled(MINUTE_MILLIS, MINUTE_MILLIS);
        context.progress().at("starting " + SKEW_SECONDS.size() + " JVMs");
        List<Child> gateways = new ArrayList<>();
        try {
            for (int i = 0; i < SKEW_SECONDS.size(); i++) {
                gateways.add(Child.start(Gateway.class, setup(context, i, minuteMillis)));
            }
            for (Child gateway : gateways) {
                gateway.answer();
            }
            context.progress().at(MINUTES + " minutes of " + minuteMillis + " ms");
            gateways.forEach(gateway -> gateway.tell(Gateway.GO));
            List<Batch> batches = new ArrayList<>();
            for (Child gateway : gateways) {
                batches.addAll(List.of(new ObjectMapper().readValue(gateway.answer(), Batch[].class)));
            }
            return result(batches, minuteMillis);
        } finally {
            gateways.forEach(Child::close);
        }
    }

    private static Gateway.Setup setup(Context context, int gateway, long minuteMillis) {
        return new Gateway.Setup(
                Site.of(context),
                gateway,
                SKEW_SECONDS.size(),
                PERMITS,
                BURST,
                minuteMillis,
                MINUTES * minuteMillis,
                SKEW_SECONDS.get(gateway) * minuteMillis / 60,
                context.load().seed() + gateway);
    }

    private static Result result(List<Batch> batches, long minuteMillis) {
        long period = TimeUnit.MILLISECONDS.toMicros(minuteMillis);
        long naive = most(new Grants(Gateway.NAIVE, batches), period);
        if (naive <= PERMITS) {
            throw new NothingShownException("In no minute the naive gateways have let through more than the limit");
        }
        List<Claim> claims = new ArrayList<>();
        long tooMany = 0;
        long fewest = Long.MAX_VALUE;
        for (Algorithm algorithm : Algorithm.values()) {
            Grants grants = new Grants(algorithm.name(), batches);
            claims.add(worstMinute(algorithm, grants, naive, period));
            tooMany += grants.all().stream()
                    .filter(stretch -> stretch.count() > allowed(algorithm, stretch.micros(), period))
                    .count();
            fewest = Math.min(fewest, grants.count());
        }
        claims.add(new Claim(
                "stretches of time, of any length, with more than the algorithm may let through",
                null,
                tooMany,
                Bound.atMost(0)));
        claims.add(new Claim(
                "calls let through in all " + MINUTES + " minutes, by the strictest",
                new Grants(Gateway.NAIVE, batches).count(),
                fewest,
                Bound.atLeast(PERMITS * MINUTES / 2)));
        return new Result(
                naive + " calls were let through in the worst minute, of " + PERMITS
                        + ": a gateway whose clock is ahead forgets too early what the others have let through. A minute"
                        + " took " + minuteMillis + " ms, and 5 s in proportion.",
                claims);
    }

    private static long most(Grants grants, long period) {
        return grants.within(period).stream()
                .mapToLong(Grants.Stretch::count)
                .max()
                .orElse(0);
    }

    private static Claim worstMinute(Algorithm algorithm, Grants grants, long naive, long period) {
        String claim = "most calls let through in any minute, " + Gates.name(algorithm);
        if (algorithm != Algorithm.SLIDING_WINDOW_COUNTER) {
            String burst = Gates.isSteady(algorithm) ? ", burst " + BURST : "";
            return new Claim(
                    claim + burst, naive, most(grants, period), Bound.atMost(allowed(algorithm, period - 1, period)));
        }
        Grants.Stretch worst = grants.within(period).stream()
                .max(Comparator.comparingLong(stretch -> stretch.count() - counterAllows(stretch, grants, period)))
                .orElseThrow();
        return new Claim(
                claim + ", against its bound then",
                naive,
                worst.count(),
                Bound.atMost(counterAllows(worst, grants, period)));
    }

    /** The limit × (1 + share), where share of a window has passed when the stretch ends. */
    private static long counterAllows(Grants.Stretch stretch, Grants grants, long period) {
        long least = stretch.lastFromMicros() - grants.firstToMicros();
        long most = stretch.lastToMicros() - grants.firstFromMicros();
        long window = most / period;
        if (window == 0) {
            return PERMITS; // there was none before
        }
        boolean isOneWindow = Math.floorDiv(least, period) == window;
        return PERMITS + (isOneWindow ? PERMITS * (most % period) / period : PERMITS);
    }

    /** In so much time at most; as each algorithm's documentation says. */
    private static long allowed(Algorithm algorithm, long micros, long period) {
        return switch (algorithm) {
            case SLIDING_WINDOW_LOG -> PERMITS * (1 + micros / period);
            case FIXED_WINDOW -> PERMITS * (2 + micros / period) - 1;
            case SLIDING_WINDOW_COUNTER -> PERMITS * (2 + micros / period);
            case TOKEN_BUCKET, GCRA -> BURST + micros * PERMITS / period;
        };
    }
}
