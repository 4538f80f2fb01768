package io.github.redispatterns.benchmarks.peers;

import io.github.bucket4j.BucketConfiguration;
import io.github.redispatterns.benchmarks.limit.PermitDemand;
import io.github.redispatterns.benchmarks.subject.Place;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The buckets' names, and the limit of each. */
final class Bucket4jBuckets {

    private final PermitDemand demand;
    private final BucketConfiguration limit;
    private final Consumer<@Nullable Object> checker;
    private final List<byte[]> names;

    Bucket4jBuckets(PermitDemand demand, Place place) {
        this.demand = demand;
        this.limit = BucketConfiguration.builder()
                .addLimit(bandwidth ->
                        bandwidth.capacity(demand.permits()).refillGreedy(demand.permits(), demand.period()))
                .build();
        this.checker = demand.checker();
        this.names = demand.names(place).stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    BucketConfiguration limit() {
        return limit;
    }

    List<byte[]> names() {
        return names;
    }

    void check(@Nullable Object granted) {
        checker.accept(granted);
    }

    int next() {
        return demand.next();
    }
}
