package io.github.redispatterns.benchmarks.peers;

import io.github.bucket4j.BucketConfiguration;
import io.github.redispatterns.benchmarks.limit.PermitKeys;
import io.github.redispatterns.benchmarks.subject.Place;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The buckets' names, and the limit of each. */
final class Bucket4jBuckets {

    private final BucketConfiguration limit = BucketConfiguration.builder()
            .addLimit(bandwidth -> bandwidth
                    .capacity(PermitKeys.PERMITS_PER_SECOND)
                    .refillGreedy(PermitKeys.PERMITS_PER_SECOND, Duration.ofSeconds(1)))
            .build();

    private final PermitKeys keys;
    private final List<byte[]> names;

    Bucket4jBuckets(PermitKeys keys, Place place) {
        this.keys = keys;
        this.names = keys.names(place).stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    BucketConfiguration limit() {
        return limit;
    }

    List<byte[]> names() {
        return names;
    }

    int next() {
        return keys.next();
    }
}
