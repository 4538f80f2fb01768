package io.github.redispatterns.benchmarks.ratelimit;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.limit.PermitKeys;
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
    private static final String GCRA = "gcra";
    private static final String TOKEN_BUCKET = "token-bucket";

    private RateLimitBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        return List.of(hotKey(), manyKeys());
    }

    /** Calls that want the same permits travel together. */
    private static Bench hotKey() {
        return bench(
                "ratelimit/hot-key",
                "What does a permit cost when all callers want it from the same limiter?",
                PermitKeys.HOT,
                List.of(
                        Bound.opsAtLeast(GCRA, TOGETHER, 1.5, Contender.RAW),
                        Bound.opsAtLeast(GCRA, TOGETHER, 3, "redisson"),
                        Bound.opsAtLeast(GCRA, TOGETHER, 3, "bucket4j")));
    }

    private static Bench manyKeys() {
        return bench(
                "ratelimit/many-keys",
                "What does a permit cost when each call asks one of 10,000 limiters?",
                PermitKeys.MANY,
                Stream.of(ALONE, TOGETHER)
                        .flatMap(load -> Stream.of(GCRA, TOKEN_BUCKET)
                                .map(label -> Bound.opsAtLeast(label, load, 0.85, Contender.RAW)))
                        .toList());
    }

    private static Bench bench(String name, String question, PermitKeys keys, List<Bound> bounds) {
        List<Contender> contenders = Stream.of(
                        List.of(
                                Permits.raw(keys),
                                Permits.handle(keys),
                                ours(GCRA, keys, Algorithm.GCRA),
                                ours(TOKEN_BUCKET, keys, Algorithm.TOKEN_BUCKET)),
                        RedissonPeer.rateLimiters(keys),
                        Bucket4jPeer.rateLimiters(keys))
                .flatMap(List::stream)
                .toList();
        return new RedisBench(name, question, List.of(ALONE, TOGETHER, Load.window(64)), contenders, bounds);
    }

    private static Contender ours(String label, PermitKeys keys, Algorithm algorithm) {
        return Contender.of(
                        label, place -> new RateLimiterSubject(place, keys, algorithm, RateLimiterOptions.defaults()))
                .and(Load.Kind.WINDOW);
    }
}
