package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Masters;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One {@link RedisGuard} for each server that may fall silent while the others answer: on a Cluster one per master, else
 * one for all. A replica that has taken a silent master's place has a guard of its own, which knows nothing against it.
 */
final class RedisGuards {

    private final Supplier<RedisGuard> maker;
    private final Function<String, String> name;
    private final @Nullable Masters masters;
    private final RedisGuard common;
    private final ConcurrentMap<String, RedisGuard> byMaster = new ConcurrentHashMap<>();

    /**
     * Makes the guards of one cache.
     *
     * @param name under which name Redis knows a key
     * @param masters null unless it is a Cluster
     */
    RedisGuards(
            Supplier<RedisGuard> maker,
            Function<String, String> name,
            @Nullable Masters masters,
            CacheMetrics metrics) {
        this.maker = maker;
        this.name = name;
        this.masters = masters;
        this.common = maker.get();
        metrics.gauge(
                "breaker.state", this, guards -> guards.worst(RedisGuard::state).getOrder());
        metrics.gauge(
                "breaker.writes",
                this,
                guards -> guards.worst(RedisGuard::writeState).getOrder());
    }

    /** For calls on a key. A call must be told to the guard that has let it pass, so ask once for each call. */
    RedisGuard of(String key) {
        Masters all = masters;
        String master = all == null ? null : all.of(name.apply(key));
        if (all == null || master == null) {
            return common;
        }
        RedisGuard known = byMaster.get(master);
        return known != null ? known : add(master, all);
    }

    /** For calls that belong to no key, and on a Cluster may go to any server. */
    RedisGuard common() {
        return common;
    }

    /** The keys by their guards, each part in the order of the keys. */
    Map<RedisGuard, Collection<String>> split(Collection<String> keys) {
        if (masters == null) {
            return Map.of(common, keys);
        }
        Map<RedisGuard, Collection<String>> parts = new LinkedHashMap<>();
        keys.forEach(key ->
                parts.computeIfAbsent(of(key), guard -> new ArrayList<>()).add(key));
        return parts;
    }

    /** Those that are masters no longer are forgotten. */
    private RedisGuard add(String master, Masters all) {
        byMaster.keySet().retainAll(all.all());
        return byMaster.computeIfAbsent(master, added -> maker.get());
    }

    /** The worst: open if any master is left alone, closed if none has fallen silent. */
    private State worst(Function<RedisGuard, State> of) {
        List<State> states = present().map(of).toList();
        return states.contains(State.OPEN)
                ? State.OPEN
                : states.contains(State.HALF_OPEN) ? State.HALF_OPEN : State.CLOSED;
    }

    /** Without that of a master that was replaced: it stays as it was when it was last asked for. */
    private Stream<RedisGuard> present() {
        Masters all = masters;
        return all == null ? Stream.of(common) : all.all().stream().flatMap(id -> Stream.ofNullable(byMaster.get(id)));
    }
}
