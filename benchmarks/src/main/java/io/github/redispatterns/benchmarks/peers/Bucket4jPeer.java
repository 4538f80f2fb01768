package io.github.redispatterns.benchmarks.peers;

import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.bucket4j.redis.lettuce.cas.LettuceBasedProxyManager;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.limit.PermitDemand;
import io.github.redispatterns.benchmarks.subject.Subject;
import io.github.redispatterns.benchmarks.subject.SubjectFactory;
import java.util.List;

/**
 * Bucket4j on Lettuce: a token bucket that is read, changed here and swapped if nobody else has changed it meanwhile.
 *
 * <p>Found best: {@code batching()}, which joins the calls of one JVM that wait for the same bucket, with consolidated
 * flushes, which may help where the keys are many. By default callers of one key swap in vain most of the time.
 *
 * <p>Tried and left out: a random pause before the next attempt (behind batching), a proxy that is kept (no faster than one
 * built for the call), a time to live by {@code expirationAfterWrite} (costs nothing that shows); recovery is a matter of
 * lost buckets only. Not allowed, as they can grant more than the limit: delaying, predicting and manually synchronised
 * buckets.
 */
public final class Bucket4jPeer {

    private static final String LIBRARY = "bucket4j";

    private Bucket4jPeer() {}

    /**
     * {@code Bucket.tryConsume(1)}. Where it refuses, as it comes and at its best.
     *
     * @param demand which bucket each call asks, and what it has
     * @return the contenders
     */
    public static List<Contender> rateLimiters(PermitDemand demand) {
        Contender plain = contender(Contender.DEFAULT, LettuceSetup.DEFAULT, Bucket4jRateLimiter::new, demand);
        Contender batching = contender("batching", LettuceSetup.DEFAULT, Bucket4jBatchingRateLimiter::new, demand);
        Contender best = contender(
                "batching, consolidated flush",
                LettuceSetup.CONSOLIDATED_FLUSH,
                Bucket4jBatchingRateLimiter::new,
                demand);
        return demand.isScarce() ? List.of(plain, best) : List.of(plain, batching, best);
    }

    private interface Form {
        Subject open(LettucePeerClient client, LettuceBasedProxyManager<byte[]> manager, Bucket4jBuckets buckets);
    }

    private static Contender contender(String configuration, LettuceSetup setup, Form form, PermitDemand demand) {
        SubjectFactory factory = place -> {
            LettucePeerClient client = setup.open(place.uri());
            LettuceBasedProxyManager<byte[]> manager =
                    Bucket4jLettuce.casBasedBuilder(client.client()).build();
            return form.open(client, manager, new Bucket4jBuckets(demand, place));
        };
        return Contender.of(LIBRARY, configuration, factory).and(Load.Kind.WINDOW);
    }
}
