package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides on several limits in place of a Redis that does not answer. Each limit has a {@link SingleStandIn} of its own; what
 * one of them refuses, no other is charged for, since one call is decided at a time.
 */
final class CompositeStandIn implements StandIn<CompositeKey, Rules> {

    private final Map<String, SingleStandIn> byName = new HashMap<>();

    CompositeStandIn(List<NamedLimit> limits, Supplier<SingleStandIn> maker) {
        limits.forEach(each -> byName.put(each.name(), maker.get()));
    }

    /** Null if failures are to be told. */
    static @Nullable CompositeStandIn of(Fallback fallback, Duration probeInterval, List<NamedLimit> limits) {
        return SingleStandIn.of(fallback, probeInterval) == null
                ? null
                : new CompositeStandIn(limits, () -> Objects.requireNonNull(SingleStandIn.of(fallback, probeInterval)));
    }

    @Override
    public synchronized Decision decide(Rules by, CompositeKey keys, long cost) {
        Decision would = together(by, part -> of(part).would(part.rule(), part.keyOf(keys), cost));
        return would.allowed() ? together(by, part -> of(part).decide(part.rule(), part.keyOf(keys), cost)) : would;
    }

    @Override
    public synchronized Decision peek(Rules by, CompositeKey keys) {
        return together(by, part -> of(part).peek(part.rule(), part.keyOf(keys)));
    }

    /** No two subjects have the same key. */
    @Override
    public synchronized void reset(CompositeKey keys) {
        byName.values().forEach(each -> keys.keys().forEach(each::reset));
    }

    private SingleStandIn of(Rules.Part part) {
        return Objects.requireNonNull(byName.get(part.named().name()));
    }

    private static Decision together(Rules by, Function<Rules.Part, Decision> asking) {
        List<LimitState> all = new ArrayList<>(by.parts().size());
        for (Rules.Part part : by.parts()) {
            Decision alone = asking.apply(part);
            all.add(new LimitState(part.named().name(), alone.remaining(), alone.retryAfter(), alone.resetAfter()));
        }
        return LimitState.together(all, true);
    }
}
