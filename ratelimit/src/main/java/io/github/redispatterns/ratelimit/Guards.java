package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Masters;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Guard} for each server that may fall silent while the others answer: on a Cluster one per master, else one
 * for all. A replica that has taken a silent master's place has a guard of its own, which knows nothing against it.
 */
final class Guards {

    private final Supplier<Guard> maker;
    private final @Nullable Masters masters;
    private final Guard common;
    private final ConcurrentMap<String, Guard> byMaster = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** Null for masters unless it is a Cluster. */
    Guards(Supplier<Guard> maker, @Nullable Masters masters) {
        this.maker = maker;
        this.masters = masters;
        this.common = maker.get();
    }

    /**
     * For the servers of a handle; who has waited for half of its command timeout has waited in vain.
     *
     * @param look asks of a key without changing anything
     * @param probeInterval how often
     */
    static Guards of(
            Redis redis, Function<String, CompletionStage<?>> look, Duration probeInterval, RateMetrics metrics) {
        long waited = redis.options().commandTimeout().toNanos() / 2;
        return new Guards(() -> new Guard(look, probeInterval.toNanos(), waited, metrics), redis.masters());
    }

    /** Ask once for each call, and tell that one what came of it. */
    Guard of(String key) {
        Masters all = masters;
        String master = all == null ? null : all.of(key);
        if (all == null || master == null) {
            return common;
        }
        Guard known = byMaster.get(master);
        return known != null ? known : add(master, all);
    }

    void close() {
        closed = true;
        common.close();
        byMaster.values().forEach(Guard::close);
    }

    /** Those that are masters no longer are forgotten. */
    private Guard add(String master, Masters all) {
        byMaster.keySet().retainAll(all.all());
        Guard added = byMaster.computeIfAbsent(master, id -> maker.get());
        if (closed) {
            added.close();
        }
        return added;
    }
}
