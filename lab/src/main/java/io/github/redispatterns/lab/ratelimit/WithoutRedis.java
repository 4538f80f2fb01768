package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.lab.ratelimit.Decided.Outcome;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.Fallback;
import io.github.redispatterns.ratelimit.Limit;
import io.github.redispatterns.ratelimit.RateLimiter;
import io.github.redispatterns.ratelimit.RateLimiterOptions;
import io.github.redispatterns.testkit.FaultProxies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The outage: Redis is killed or frozen, and the gateways have to let calls through, or not. */
public final class WithoutRedis implements Experiment {

    static final int PERMITS = 100;
    static final Duration PERIOD = Duration.ofSeconds(1);
    static final Duration TIMEOUT = Duration.ofMillis(500);
    static final Duration PROBE = Duration.ofMillis(500);
    static final Duration OUTAGE = Duration.ofMillis(1_750);
    /** After this everybody has met with the first timeout. */
    static final Duration FIRST_TIMEOUTS = TIMEOUT.plusMillis(150);

    private static final int GATEWAYS = 2;
    /** Between one call to each gateway and the next. */
    private static final long PACE_MILLIS = 4;

    private static final Duration BEFORE = Duration.ofSeconds(1);
    /** If Redis decides all calls for so long, it is back. */
    private static final Duration QUIET = Duration.ofMillis(300);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration CONNECTING = Duration.ofSeconds(15);
    private static final long LOOK_MILLIS = 5;
    private static final String USER = "user";

    /** Creates the experiment. */
    public WithoutRedis() {}

    @Override
    public String name() {
        return "ratelimit/redis-down";
    }

    @Override
    public String question() {
        return "Redis is killed, or freezes, while " + GATEWAYS + " gateways let one user's calls through, " + PERMITS
                + " of " + 1_000 * GATEWAYS / PACE_MILLIS + " a second. How long do calls wait, and how many pass?";
    }

    @Override
    public String naive() {
        return "Catch the exception and let the call through.";
    }

    @Override
    public String recipe() {
        return "RateLimiter with whenDown(Fallback.local(1.0 / " + GATEWAYS
                + ")): each gateway keeps its share of the limit" + " by itself, and asks every " + PROBE.toMillis()
                + " ms whether Redis is back. Or open(), or closed().";
    }

    @Override
    public Result run(Context context) throws Exception {
        try (FaultProxies proxies = FaultProxies.of(context.deployment());
                Fleet fleet = new Fleet(context, proxies)) {
            TimeUnit.NANOSECONDS.sleep(BEFORE.toNanos());
            List<Outage> outages = new ArrayList<>();
            for (Fault fault : Fault.values()) {
                context.progress().at(fault + " for " + OUTAGE.toMillis() + " ms");
                outages.add(go(fault, proxies, fleet));
            }
            fleet.endCalls();
            outages.forEach(Outage::requireNaiveFailure);
            List<Claim> claims =
                    outages.stream().flatMap(outage -> outage.claims().stream()).toList();
            return new Result(
                    "Every call waits for the timeout of " + TIMEOUT.toMillis() + " ms and then passes: "
                            + outages.stream().map(Outage::naiveFailure).collect(Collectors.joining("; ")) + ".",
                    claims);
        }
    }

    /** All answers meet with the same outage at the same time. */
    private static Outage go(Fault fault, FaultProxies proxies, Fleet fleet) throws InterruptedException {
        long begin = System.nanoTime();
        fault.begin(proxies);
        TimeUnit.NANOSECONDS.sleep(OUTAGE.toNanos());
        long end = System.nanoTime();
        proxies.restore();
        for (Callers each : fleet.all) {
            while (System.nanoTime() - each.lastWithoutRedis(end) < QUIET.toNanos()
                    && System.nanoTime() - end < PATIENCE.toNanos()) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        }
        return new Outage(fault, begin, end, System.nanoTime(), fleet.naive, fleet.open, fleet.closed, fleet.local);
    }

    /** The gateways, with each answer; each with a connection of its own. */
    private static final class Fleet implements AutoCloseable {

        private final List<Redis> handles = new ArrayList<>();
        private final List<RateLimiter> limiters = new ArrayList<>();
        private final List<Callers> all = new ArrayList<>();
        private final Context context;
        private final FaultProxies proxies;
        private final Callers naive;
        private final Callers open;
        private final Callers closed;
        private final Callers local;

        Fleet(Context context, FaultProxies proxies) {
            this.context = context;
            this.proxies = proxies;
            Site site = Site.of(context);
            naive = callers(redis -> {
                Gate log = new ClientLog(redis, site.naiveKeys(), PERMITS, PERIOD, Duration.ZERO, handles.size());
                return () -> log.call(USER)
                        .handle((allowed, failure) -> Outcome.of(failure != null || allowed, failure != null));
            });
            open = callers(redis -> recipe(redis, "open", Fallback.open()));
            closed = callers(redis -> recipe(redis, "closed", Fallback.closed()));
            local = callers(redis -> recipe(redis, "local", Fallback.local(1.0 / GATEWAYS)));
        }

        /** How a gateway decides. */
        private interface Answer {
            Supplier<CompletionStage<Outcome>> on(Redis redis);
        }

        private Callers callers(Answer answer) {
            List<Supplier<CompletionStage<Outcome>>> gateways = new ArrayList<>();
            for (int i = 0; i < GATEWAYS; i++) {
                Redis redis = context.open(RedisOptions.builder()
                        .commandTimeout(TIMEOUT)
                        .connectTimeout(CONNECTING)
                        .clientResources(proxies.clientResources())
                        .build());
                handles.add(redis);
                gateways.add(answer.on(redis));
            }
            Callers callers = new Callers(gateways, PACE_MILLIS);
            all.add(callers);
            return callers;
        }

        private Supplier<CompletionStage<Outcome>> recipe(Redis redis, String name, Fallback fallback) {
            RateLimiter limiter = RateLimiter.create(
                    redis,
                    Site.of(context).recipeKeys().child(name),
                    Algorithm.GCRA,
                    Limit.of(PERMITS, PERIOD),
                    RateLimiterOptions.builder()
                            .whenDown(fallback)
                            .probeInterval(PROBE)
                            .build());
            limiters.add(limiter);
            return () -> limiter.tryAcquireAsync(USER)
                    .thenApply(decision -> Outcome.of(decision.allowed(), decision.degraded()));
        }

        void endCalls() {
            all.forEach(Callers::close);
        }

        @Override
        public void close() {
            endCalls();
            limiters.forEach(RateLimiter::close);
            handles.forEach(Redis::close);
        }
    }
}
