package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The boundary burst: the whole limit at the end of a window, and again at the beginning of the next. */
public final class BoundaryBurst implements Experiment {

    private static final int ROUNDS = 5;
    private static final int PERMITS = 100;
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final long PERIOD_MICROS = TimeUnit.NANOSECONDS.toMicros(PERIOD.toNanos());
    private static final long STEP_MICROS = PERIOD_MICROS / PERMITS;
    /** How long before the end of the window the first burst begins. */
    private static final long LEAD_MICROS = 80_000;

    private static final long AFTER_MICROS = 2_000;
    /** A round whose bursts were so slow is no round: a JVM's first ones are. */
    private static final long LONGEST_MICROS = PERIOD_MICROS / 4;

    private static final int SPARE = 20;
    private static final String NAIVE = "naive";

    /** Creates the experiment. */
    public BoundaryBurst() {}

    @Override
    public String name() {
        return "ratelimit/boundary-burst";
    }

    @Override
    public String question() {
        return "A user may make " + PERMITS + " calls a second. How many does it get through within a tenth of one?";
    }

    @Override
    public String naive() {
        return "A fixed window: INCR a key for each user and second.";
    }

    @Override
    public String recipe() {
        return "RateLimiter with SLIDING_WINDOW_LOG, SLIDING_WINDOW_COUNTER, TOKEN_BUCKET or GCRA; each forgets what was"
                + " taken little by little.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int wanted = context.load().scaled(ROUNDS, 2);
        Site site = Site.of(context);
        List<Round> rounds = new ArrayList<>();
        try (Redis redis = site.open();
                Gates recipe = new Gates(redis, site.recipeKeys(), Limit.of(PERMITS, PERIOD))) {
            for (int i = 0; rounds.size() < wanted && i < wanted + SPARE; i++) {
                context.progress().at("round " + (rounds.size() + 1) + " of " + wanted);
                Round round = new Attack(redis, site, recipe, "user-" + i).run();
                if (round.isQuick()) {
                    rounds.add(round);
                }
            }
        }
        if (rounds.size() < wanted) {
            throw new IllegalStateException("This machine is too slow to make " + 2 * PERMITS + " calls at a boundary");
        }
        return result(rounds);
    }

    private static Result result(List<Round> rounds) {
        long naive =
                rounds.stream().mapToLong(round -> round.granted(NAIVE)).max().orElseThrow();
        if (naive <= PERMITS * 3 / 2) {
            throw new NothingShownException("At no boundary the fixed window has let through more than " + naive);
        }
        long micros = rounds.stream().mapToLong(Round::spanMicros).max().orElseThrow();
        List<Claim> claims = new ArrayList<>();
        for (Algorithm algorithm : List.of(
                Algorithm.SLIDING_WINDOW_LOG,
                Algorithm.SLIDING_WINDOW_COUNTER,
                Algorithm.TOKEN_BUCKET,
                Algorithm.GCRA,
                Algorithm.FIXED_WINDOW)) {
            Round worst = rounds.stream()
                    .max(Comparator.comparingLong(round -> round.granted(algorithm.name()) - round.most(algorithm)))
                    .orElseThrow();
            claims.add(new Claim(
                    "most calls let through around a boundary, " + Gates.name(algorithm)
                            + (algorithm == Algorithm.FIXED_WINDOW ? " (ours, which says so)" : ""),
                    naive,
                    worst.granted(algorithm.name()),
                    Bound.atMost(worst.most(algorithm))));
        }
        claims.add(new Claim(
                "fewest calls let through by any of them: one was made before",
                null,
                rounds.stream().mapToLong(Round::fewest).min().orElseThrow(),
                Bound.atLeast(PERMITS - 1)));
        return new Result(
                "The limit is " + PERMITS + ", and " + naive + " calls were let through within at most "
                        + TimeUnit.MICROSECONDS.toMillis(micros) + " ms, around the end of a second.",
                claims);
    }

    /**
     * What one user got through, by the server's clock.
     *
     * @param openMicros when the user's first call was made, which opens the windows that are not aligned; no earlier
     * @param beginMicros when the first burst began; no later
     * @param endMicros when the second one had ended
     * @param onTime whether the first burst ended in the old window
     * @param granted how many calls of both bursts were let through
     */
    private record Round(
            long openMicros, long beginMicros, long endMicros, boolean onTime, Map<String, Integer> granted) {

        boolean isQuick() {
            return onTime && spanMicros() <= LONGEST_MICROS;
        }

        long spanMicros() {
            return endMicros - beginMicros;
        }

        long granted(String answer) {
            return Objects.requireNonNull(granted.get(answer));
        }

        long fewest() {
            return granted.values().stream().mapToLong(Integer::longValue).min().orElseThrow();
        }

        /** What the algorithm says that it lets through. */
        long most(Algorithm algorithm) {
            long share = endMicros - openMicros - PERIOD_MICROS; // of the second window
            return switch (algorithm) {
                case SLIDING_WINDOW_LOG -> PERMITS;
                case SLIDING_WINDOW_COUNTER -> PERMITS + PERMITS * share / PERIOD_MICROS;
                case TOKEN_BUCKET, GCRA -> PERMITS + spanMicros() / STEP_MICROS;
                case FIXED_WINDOW -> 2 * PERMITS - 1;
            };
        }
    }

    /** One user at one boundary; all answers get the same calls at the same time. */
    private static final class Attack {

        private final ServerClock clock;
        private final String user;
        private final Map<String, Gate> gates = new LinkedHashMap<>();
        private final Map<String, Integer> granted = new LinkedHashMap<>();
        private long second;

        Attack(Redis redis, Site site, Gates recipe, String user) {
            this.clock = new ServerClock(redis, site.naiveKeys(), user);
            this.user = user;
            NaiveWindow naive = new NaiveWindow(redis, PERMITS, PERIOD.multipliedBy(2));
            gates.put(NAIVE, name -> naive.call(NaiveWindow.key(site.naiveKeys(), name, second)));
            for (Algorithm algorithm : Algorithm.values()) {
                gates.put(algorithm.name(), recipe.gate(algorithm));
            }
        }

        Round run() throws InterruptedException {
            long boundary = (clock.micros() / PERIOD_MICROS + 1) * PERIOD_MICROS;
            clock.await(boundary + AFTER_MICROS);
            long open = clock.micros();
            burst(1);
            long opened = clock.micros();
            granted.clear();
            clock.await(boundary + PERIOD_MICROS - LEAD_MICROS);
            long begin = clock.micros();
            burst(PERMITS);
            boolean onTime = clock.micros() < boundary + PERIOD_MICROS;
            clock.await(opened + PERIOD_MICROS);
            burst(PERMITS);
            return new Round(open, begin, clock.micros(), onTime, granted);
        }

        private void burst(int calls) {
            Map<String, List<CompletionStage<Boolean>>> made = new LinkedHashMap<>();
            second = clock.micros() / PERIOD_MICROS;
            gates.forEach((answer, gate) -> made.put(answer, gate.calls(user, calls)));
            made.forEach((answer, answers) -> granted.merge(answer, Gate.granted(answers), Integer::sum));
        }
    }
}
