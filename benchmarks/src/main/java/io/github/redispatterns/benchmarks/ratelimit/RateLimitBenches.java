package io.github.redispatterns.benchmarks.ratelimit;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.limit.PermitKeys;
import io.github.redispatterns.benchmarks.limit.Permits;
import io.github.redispatterns.benchmarks.peers.Bucket4jPeer;
import io.github.redispatterns.benchmarks.peers.RedissonPeer;
import java.util.List;
import java.util.stream.Stream;

/** The peers' rate limiters beside the bare command. */
public final class RateLimitBenches {

    private RateLimitBenches() {}

    /**
     * The benches.
     *
     * @return in the order in which they are shown
     */
    public static List<Bench> all() {
        return List.of(
                bench(
                        "ratelimit/hot-key",
                        "What does a permit cost when all callers want it from the same limiter?",
                        PermitKeys.HOT),
                bench(
                        "ratelimit/many-keys",
                        "What does a permit cost when each call asks one of 10,000 limiters?",
                        PermitKeys.MANY));
    }

    private static Bench bench(String name, String question, PermitKeys keys) {
        List<Contender> contenders = Stream.of(
                        List.of(Permits.raw(keys), Permits.handle(keys)),
                        RedissonPeer.rateLimiters(keys),
                        Bucket4jPeer.rateLimiters(keys))
                .flatMap(List::stream)
                .toList();
        return new RedisBench(
                name, question, List.of(Load.threads(1), Load.threads(16), Load.window(64)), contenders, List.of());
    }
}
