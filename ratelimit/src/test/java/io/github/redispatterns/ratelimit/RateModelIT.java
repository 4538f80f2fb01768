package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every script against a model in plain Java, under a server clock that the test moves forward and back: random limits,
 * costs, lists of costs, looks, changes of the limit and resets; the decisions are the same to the microsecond.
 */
@RedisTest
class RateModelIT extends RateFixture {

    private static final int SEEDS = FullLength.of(8, 200);
    private static final int STEPS = FullLength.of(400, 2_000);
    private static final int SMALL = 60;
    private static final long START_MICROS = 1_800_000_000_123_456L;
    private static final long CENTURY_MICROS = Duration.ofDays(36_500).toMillis() * 1_000;
    private static final long LONGEST_MICROS = Duration.ofDays(2 * 366).toMillis() * 1_000;

    private final Map<String, Integer> seen = new TreeMap<>();
    private Random random = new Random();
    private RateModel model;
    private LimitStore<String, Rule> store;
    private String key;
    private Decision last;
    /** Of all limits of one seed, whether they are so slow that steps are whole microseconds. */
    private boolean gcraInMicros;

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void theScriptsDecideAsTheModelDoes(Algorithm algorithm) {
        long first = FullLength.seed("model of " + algorithm + ", " + deployment);
        for (long seed = first; seed < first + SEEDS; seed++) {
            random = new Random(seed);
            clock.setMicros(START_MICROS);
            gcraInMicros = seed % 4 == 0;
            Rule rule = rule(algorithm);
            model = RateModel.of(rule);
            store = frozenStore(algorithm, rule.limit());
            key = key(algorithm, "id" + seed);
            last = Sync.await(store.peek(key));
            for (int step = 0; step < STEPS; step++) {
                step(algorithm, "seed " + seed + ", step " + step);
            }
            Sync.await(store.reset(key));
        }
        for (String often : List.of("allowed", "refused", "list", "peek", "set back", "other limit", "reset", "gone")) {
            assertThat(seen.getOrDefault(often, 0)).as(often + " of " + seen).isGreaterThan(SEEDS * STEPS / 200);
        }
    }

    private void step(Algorithm algorithm, String as) {
        pass();
        if (model.resetAfter(clock.micros()) == 0 && random.nextInt(10) == 0) {
            Sync.await(store.reset(key)); // as Redis does when its time is over
            model = RateModel.of(model.rule());
            count("gone");
        }
        switch (random.nextInt(20)) {
            case 0 -> {
                Rule next = rule(algorithm);
                store.use(next);
                model.use(next);
                count("other limit");
            }
            case 1 -> {
                if (random.nextInt(3) == 0) {
                    Sync.await(store.reset(key));
                    model = RateModel.of(model.rule());
                    count("reset");
                }
            }
            case 2, 3 -> {
                Decision looked = Sync.await(store.peek(key));
                assertThat(List.of(looked)).as(as).isEqualTo(model.decide(clock.micros(), false, List.of(1L)));
                count("peek");
            }
            case 4, 5 -> {
                List<Long> costs = new ArrayList<>();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    costs.add(cost());
                }
                List<Decision> decided = Sync.await(store.decide(key, costs));
                assertThat(decided).as(as).isEqualTo(model.decide(clock.micros(), true, costs));
                count("list");
            }
            default -> {
                long cost = cost();
                last = Sync.await(store.decide(key, cost));
                assertThat(List.of(last))
                        .as("%s: %d of %s", as, cost, model.rule())
                        .isEqualTo(model.decide(clock.micros(), true, List.of(cost)));
                count(last.allowed() ? "allowed" : "refused");
            }
        }
    }

    /** Time, mostly forward: by what the last refusal said, just short of it, or anything. */
    private void pass() {
        if (clock.micros()
                > START_MICROS + CENTURY_MICROS) { // in the year 2255 a double holds no microseconds any more
            clock.setMicros(START_MICROS);
        }
        long period = model.rule().limit().periodMicros();
        switch (random.nextInt(12)) {
            case 0 -> clock.advance(last.retryAfter());
            case 1 -> {
                if (last.retryAfter().compareTo(Duration.ofNanos(1_000)) > 0) {
                    clock.advance(last.retryAfter().minusNanos(1_000));
                }
            }
            case 2 -> clock.advance(last.resetAfter());
            case 3 -> {
                if (random.nextInt(3) == 0) {
                    clock.advance(RateModel.micros(-random.nextLong(1 + period / (1L << random.nextInt(30)) * 2)));
                    count("set back");
                }
            }
            case 4 -> clock.advance(RateModel.micros(random.nextLong(3 * period)));
            case 5, 6, 7, 8 ->
                clock.advance(RateModel.micros(
                        random.nextLong(1 + period / model.rule().capacity() * 3)));
            default -> {} // at the same instant
        }
    }

    private long cost() {
        long most = model.rule().capacity();
        return random.nextInt(4) > 0 ? 1 : 1 + random.nextLong(random.nextBoolean() ? most : Math.min(most, 3));
    }

    /** One that the algorithm can keep. */
    private Rule rule(Algorithm algorithm) {
        while (true) {
            long permits = 1L + random.nextInt(random.nextInt(4) > 0 ? SMALL : 2_000);
            Duration period = Duration.ofMillis(1)
                    .multipliedBy(1L << random.nextInt(35))
                    .plusNanos(random.nextInt(1_000_000_000));
            Limit limit = Limit.of(permits, period);
            if (algorithm.isSteady() && random.nextBoolean()) {
                limit = limit.withBurst(1 + random.nextInt(SMALL));
            }
            long fillMicros = Math.multiplyExact(limit.periodMicros() / permits + 1, limit.burst());
            if (permits > limit.periodMicros() || fillMicros > LONGEST_MICROS) {
                continue;
            }
            Rule rule = Rule.of(algorithm, limit);
            boolean inMicros = rule.first() * rule.second() > 1L << 53;
            if (algorithm != Algorithm.GCRA || inMicros == gcraInMicros) { // else its debt is rounded, by up to 4 ns
                return rule;
            }
        }
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }
}
