package io.github.redispatterns.benchmarks.ratelimit;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.limit.PermitDemand;
import io.github.redispatterns.benchmarks.limit.Permits;
import io.github.redispatterns.benchmarks.peers.Bucket4jPeer;
import io.github.redispatterns.benchmarks.peers.RedissonPeer;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.RateLimiterOptions;
import java.util.List;
import java.util.stream.Stream;

/** The rate limiter beside the bare command, and beside the peers. */
public final class RateLimitBenches {

    private static final Load ALONE = Load.threads(1);
    private static final Load TOGETHER = Load.threads(16);
    private static final Load WINDOW = Load.window(64);
    private static final String GCRA = "gcra";
    private static final String TOKEN_BUCKET = "token-bucket";
    private static final String LEASE_AHEAD = "lease-ahead";

    /** Of each id, in two halves: at two million calls a second one of them lasts for 5 ms. */
    private static final int LEASED = 20_000;

    private RateLimitBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        return List.of(hotKey(), hotKeyRefused(), manyKeys(), manyKeysRefused());
    }

    /** Calls that want the same permits travel together, or are granted from what was taken ahead. */
    private static Bench hotKey() {
        return bench(
                "ratelimit/hot-key",
                "What does a permit cost when all callers want it from the same limiter?",
                List.of(TOGETHER, WINDOW),
                PermitDemand.HOT,
                List.of(leaseAhead()),
                Stream.concat(
                                hotKeyBounds().stream(),
                                Stream.of(Bound.opsPerSecondAtLeast(LEASE_AHEAD, TOGETHER, 2_000_000)))
                        .toList());
    }

    /** A refusal is remembered where it was received. */
    private static Bench hotKeyRefused() {
        return bench(
                "ratelimit/hot-key-refused",
                "What does a refusal cost when all callers ask the same limiter?",
                List.of(TOGETHER),
                PermitDemand.HOT_REFUSED,
                List.of(),
                hotKeyBounds());
    }

    private static Bench manyKeys() {
        return bench(
                "ratelimit/many-keys",
                "What does a permit cost when each call asks one of 10,000 limiters?",
                List.of(ALONE, TOGETHER),
                PermitDemand.MANY,
                List.of(),
                manyKeysBounds());
    }

    private static Bench manyKeysRefused() {
        return bench(
                "ratelimit/many-keys-refused",
                "What does a refusal cost when each call asks one of 10,000 limiters?",
                List.of(ALONE, TOGETHER),
                PermitDemand.MANY_REFUSED,
                List.of(),
                manyKeysBounds());
    }

    private static List<Bound> hotKeyBounds() {
        return List.of(
                Bound.opsAtLeast(GCRA, TOGETHER, 1.5, Contender.RAW),
                Bound.opsAtLeast(GCRA, TOGETHER, 3, "redisson"),
                Bound.opsAtLeast(GCRA, TOGETHER, 3, "bucket4j"));
    }

    private static List<Bound> manyKeysBounds() {
        return Stream.of(ALONE, TOGETHER)
                .flatMap(load ->
                        Stream.of(GCRA, TOKEN_BUCKET).map(label -> Bound.opsAtLeast(label, load, 0.85, Contender.RAW)))
                .toList();
    }

    private static Bench bench(
            String name,
            String question,
            List<Load> loads,
            PermitDemand demand,
            List<Contender> more,
            List<Bound> bounds) {
        List<Contender> contenders = Stream.of(
                        demand.isScarce()
                                ? List.of(Permits.raw(demand))
                                : List.of(Permits.raw(demand), Permits.handle(demand)),
                        List.of(ours(GCRA, demand, Algorithm.GCRA), ours(TOKEN_BUCKET, demand, Algorithm.TOKEN_BUCKET)),
                        more,
                        RedissonPeer.rateLimiters(demand),
                        Bucket4jPeer.rateLimiters(demand))
                .flatMap(List::stream)
                .toList();
        return new RedisBench(name, question, loads, contenders, bounds);
    }

    private static Contender ours(String label, PermitDemand demand, Algorithm algorithm) {
        return ours(label, demand, algorithm, RateLimiterOptions.defaults());
    }

    private static Contender leaseAhead() {
        RateLimiterOptions options =
                RateLimiterOptions.builder().leaseAhead(LEASED).build();
        return ours(LEASE_AHEAD, PermitDemand.HOT, Algorithm.GCRA, options);
    }

    private static Contender ours(String label, PermitDemand demand, Algorithm algorithm, RateLimiterOptions options) {
        return Contender.of(label, place -> new RateLimiterSubject(place, demand, algorithm, options))
                .and(Load.Kind.WINDOW);
    }
}
