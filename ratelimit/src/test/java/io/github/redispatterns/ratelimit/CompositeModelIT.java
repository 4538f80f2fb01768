package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * {@code rate_all} against the models of the single limits: granted if all of them grant, and taken from all or none. Under
 * a server clock that the test moves forward and back; random limits, ids, costs, calls that travel together, looks, changes of a limit and resets.
 */
@RedisTest
class CompositeModelIT extends RateFixture {

    private static final int SEEDS = FullLength.of(20, 200);
    private static final int STEPS = FullLength.of(300, 2_000);
    private static final List<Algorithm> ALGORITHMS =
            List.of(Algorithm.FIXED_WINDOW, Algorithm.SLIDING_WINDOW_COUNTER, Algorithm.TOKEN_BUCKET, Algorithm.GCRA);
    /** With two at most a list takes several scripts. */
    private static final RateLimiterOptions PAIRS =
            RateLimiterOptions.builder().maxDenied(0).maxCoalesced(2).build();

    private static final List<String> SUBJECTS = List.of("user", "ip", NamedLimit.ALL);

    /** The state of one limit of one id. */
    private record State(NamedLimit limit, RateModel model) {}

    private final Map<String, Integer> seen = new TreeMap<>();
    private final Map<String, State> states = new HashMap<>();
    private Random random = new Random();
    private List<NamedLimit> limits = List.of();
    private Decision last = new Decision(true, 0, Duration.ZERO, Duration.ZERO, false, Optional.empty());

    @Test
    void theScriptDecidesAsTheModelsDoTogether() {
        long first = FullLength.seed("model of several limits, " + deployment);
        for (long seed = first; seed < first + SEEDS; seed++) {
            random = new Random(seed);
            states.clear();
            limits = new ArrayList<>();
            RateLimiterOptions options = seed % 2 == 0 ? FORGETFUL : PAIRS;
            CompositeRateLimiter.Builder builder = CompositeRateLimiter.builder(frozen, keys)
                    .hashTag("seed" + seed)
                    .options(options);
            for (int i = random.nextInt(4); i >= 0; i--) {
                Algorithm algorithm = ALGORITHMS.get(random.nextInt(ALGORITHMS.size()));
                NamedLimit limit = NamedLimit.of("limit " + i, algorithm, limit(algorithm))
                        .per(SUBJECTS.get(random.nextInt(SUBJECTS.size())));
                limits.add(limit);
                builder.limit(limit);
            }
            try (CompositeRateLimiter limiter = builder.build()) {
                for (int step = 0; step < STEPS; step++) {
                    step(limiter, "seed " + seed + ", step " + step + ", " + limits);
                }
            }
        }
        for (String often : List.of("allowed", "refused", "list", "peek", "set back", "other limit", "reset")) {
            assertThat(seen.getOrDefault(often, 0)).as(often + " of " + seen).isGreaterThan(SEEDS * STEPS / 200);
        }
    }

    private void step(CompositeRateLimiter limiter, String as) {
        pass();
        Map<String, String> ids = ids();
        switch (random.nextInt(20)) {
            case 0 -> {
                NamedLimit old = limits.get(random.nextInt(limits.size()));
                NamedLimit next = old.with(limit(old.algorithm()));
                limiter.setLimit(next.name(), next.limit());
                limits.set(limits.indexOf(old), next);
                states.replaceAll((key, state) -> {
                    if (state.limit().name().equals(next.name())) {
                        state.model().use(rule(next));
                    }
                    return state;
                });
                count("other limit");
            }
            case 1 -> {
                ids.putAll(
                        limits.stream().anyMatch(each -> each.per().equals(NamedLimit.ALL)) && random.nextBoolean()
                                ? Map.of(NamedLimit.ALL, "whatever")
                                : Map.of());
                if (!ids.isEmpty()) {
                    limiter.reset(ids);
                    states.keySet()
                            .removeIf(key -> ids.entrySet().stream()
                                    .anyMatch(id -> key.startsWith(id.getKey() + '/' + model(id.getKey(), ids) + '/')));
                    count("reset");
                }
            }
            case 2, 3 -> {
                assertThat(limiter.peek(ids)).as(as).isEqualTo(decide(ids, 1, false));
                count("peek");
            }
            case 4, 5 -> {
                List<Long> costs = new ArrayList<>();
                List<CompletionStage<Decision>> calls = new ArrayList<>();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    costs.add(cost());
                    calls.add(limiter.tryAcquireAsync(ids, costs.get(costs.size() - 1)));
                }
                for (int i = 0; i < calls.size(); i++) {
                    assertThat(Sync.await(calls.get(i)))
                            .as("%s, %d of %s", as, i, costs)
                            .isEqualTo(decide(ids, costs.get(i), true));
                }
                count("list");
            }
            default -> {
                long cost = cost();
                last = limiter.tryAcquire(ids, cost);
                assertThat(last).as(as).isEqualTo(decide(ids, cost, true));
                count(last.allowed() ? "allowed" : "refused");
            }
        }
    }

    private long cost() {
        long most =
                limits.stream().mapToLong(limit -> rule(limit).capacity()).min().orElseThrow();
        return random.nextInt(4) > 0 ? 1 : 1 + random.nextLong(Math.min(most, 5));
    }

    /** What remains, and how long to wait, is asked of each model alone. */
    private Decision decide(Map<String, String> ids, long cost, boolean take) {
        long now = clock.micros();
        List<State> all = limits.stream().map(limit -> state(limit, ids)).toList();
        LongFunction<List<Decision>> looks = permits -> all.stream()
                .map(state -> state.model().decide(now, false, List.of(permits)).get(0))
                .toList();
        List<Decision> before = looks.apply(cost);
        boolean granted = before.stream().allMatch(Decision::allowed);
        if (granted && take) {
            all.forEach(state -> state.model().take(cost, now));
        }
        List<Decision> after = looks.apply(1);
        List<LimitState> each = new ArrayList<>();
        for (int i = 0; i < limits.size(); i++) {
            Duration wait = before.get(i).retryAfter();
            each.add(new LimitState(
                    limits.get(i).name(),
                    after.get(i).remaining(),
                    wait,
                    after.get(i).resetAfter()));
        }
        Duration retry = before.stream()
                .map(Decision::retryAfter)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        Optional<String> by = granted
                ? Optional.empty()
                : all.stream()
                        .filter(state ->
                                before.get(all.indexOf(state)).retryAfter().equals(retry))
                        .map(state -> state.limit().name())
                        .findFirst();
        return new Decision(
                granted,
                after.stream().mapToLong(Decision::remaining).min().orElseThrow(),
                retry,
                after.stream()
                        .map(Decision::resetAfter)
                        .max(Comparator.naturalOrder())
                        .orElseThrow(),
                false,
                by,
                each);
    }

    private State state(NamedLimit limit, Map<String, String> ids) {
        String key = limit.per() + '/' + model(limit.per(), ids) + '/' + limit.name();
        return states.computeIfAbsent(key, absent -> new State(limit, newModel(limit)));
    }

    /** In a composite GCRA is kept as a token bucket is. */
    private static RateModel newModel(NamedLimit limit) {
        return limit.algorithm().isSteady() ? new TokenBucketModel(rule(limit)) : RateModel.of(rule(limit));
    }

    private static String model(String subject, Map<String, String> ids) {
        return subject.equals(NamedLimit.ALL) ? NamedLimit.ALL : ids.get(subject);
    }

    private static Rule rule(NamedLimit limit) {
        return Rule.of(limit.algorithm(), limit.limit());
    }

    private Map<String, String> ids() {
        Map<String, String> ids = new HashMap<>();
        for (NamedLimit limit : limits) {
            if (!limit.per().equals(NamedLimit.ALL)) {
                ids.putIfAbsent(limit.per(), "id" + random.nextInt(2));
            }
        }
        return ids;
    }

    private void pass() {
        switch (random.nextInt(12)) {
            case 0 -> clock.advance(last.retryAfter());
            case 1 -> clock.advance(RateModel.micros(Math.max(last.retryAfter().toNanos() / 1_000 - 1, 0)));
            case 2 -> clock.advance(last.resetAfter());
            case 3 -> {
                if (random.nextInt(3) == 0) {
                    clock.advance(RateModel.micros(-random.nextLong(1L << random.nextInt(5, 40))));
                    count("set back");
                }
            }
            case 4, 5, 6 -> clock.advance(RateModel.micros(random.nextLong(1L << random.nextInt(5, 40))));
            default -> {} // at the same instant
        }
    }

    private Limit limit(Algorithm algorithm) {
        Limit limit = Limit.of(1 + random.nextInt(30), Duration.ofMillis(1 + random.nextInt(1 << random.nextInt(30))));
        boolean bursting = algorithm.isSteady() && random.nextBoolean();
        limit = bursting ? limit.withBurst(1 + random.nextInt(30)) : limit;
        return limit.permits() <= limit.periodMicros() ? limit : limit(algorithm);
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }
}
