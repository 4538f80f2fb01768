package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The scripts {@code rate_slots_*} against a map of leases, under a server clock that the test moves forward and back:
 * several processes with leases of their own length, which do not agree how many slots there are.
 */
@RedisTest
class SlotModelIT extends RateFixture {

    private static final int STEPS = FullLength.of(1_500, 20_000);
    private static final int MOST = 4;

    private final Map<String, Integer> seen = new TreeMap<>();
    /** When each lease ends, us. */
    private final Map<String, Long> model = new HashMap<>();

    private final List<String> tokens = new ArrayList<>();
    private List<SlotStore> stores = List.of();
    private String key = "";

    @BeforeEach
    void openBesideTheClock() {
        Redis slow = handle(RedisOptions.builder().scriptHook(new ScriptHook(this::longer, clock::argument)));
        stores = List.of(Duration.ofMillis(1), Duration.ofSeconds(10), Duration.ofHours(3)).stream()
                .map(lease -> new SlotStore(slow, lease, new RateMetrics(registry, "slots")))
                .toList();
        key = keys.key("seat");
    }

    @Test
    void theScriptsDoWhatTheModelDoes() {
        Random random = new Random(FullLength.seed("model of slots, " + deployment));
        for (int step = 0; step < STEPS; step++) {
            step(random, "step " + step);
            assertThat(held()).as("step %d", step).isEqualTo(live());
        }
        for (String often : List.of(
                "granted", "refused", "extended", "not extended", "released", "not released", "gone", "at an end")) {
            assertThat(seen.getOrDefault(often, 0)).as(often + " of " + seen).isGreaterThan(STEPS / 100);
        }
    }

    private void step(Random random, String as) {
        SlotStore store = stores.get(random.nextInt(stores.size()));
        long ends = clock.micros() + store.lease().toNanos() / 1_000;
        List<String> named = switch (random.nextInt(4)) {
            case 0 -> tokens; // most are gone
            case 1 -> List.copyOf(model.keySet()); // some have ended
            default -> List.copyOf(live().keySet());
        };
        String token = named.isEmpty() ? "none" : named.get(random.nextInt(named.size()));
        boolean alive = live().containsKey(token);
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                int slots = 1 + random.nextInt(MOST);
                String next = SlotStore.token();
                SlotStore.Answer expected = acquire(next, ends, slots);
                assertThat(Sync.await(store.acquire(key, next, slots))).as(as).isEqualTo(expected);
                tokens.add(next);
                count(expected.granted() ? "granted" : "refused");
            }
            case 3, 4 -> {
                assertThat(Sync.await(store.extend(key, token))).as(as).isEqualTo(alive);
                if (alive) {
                    model.merge(token, ends, Math::max);
                }
                count(alive ? "extended" : "not extended");
            }
            case 5, 6 -> {
                assertThat(Sync.await(store.release(key, token))).as(as).isEqualTo(alive);
                boolean known = model.remove(token) != null;
                tokens.remove(token);
                count(alive ? "released" : "not released");
                if (live().isEmpty() && known) {
                    assertThat(this.<Long>admin(key, c -> c.exists(key))).as(as).isZero();
                    model.clear(); // a clock that is set back brings nothing back
                    count("gone");
                }
            }
            default -> pass(random);
        }
    }

    /** Back a little, on by anything, or to where a lease ends, and to just before. */
    private void pass(Random random) {
        List<Long> ending = List.copyOf(live().values());
        switch (random.nextInt(6)) {
            case 0 -> clock.advance(RateModel.micros(-random.nextLong(5_000_000)));
            case 1, 2 -> {
                if (!ending.isEmpty()) {
                    clock.setMicros(ending.get(random.nextInt(ending.size())) - random.nextInt(2));
                    count("at an end");
                }
            }
            default -> clock.advance(RateModel.micros(random.nextLong(1L << random.nextInt(5, 30))));
        }
    }

    private SlotStore.Answer acquire(String token, long ends, int slots) {
        List<Long> ending = live().values().stream().sorted().toList();
        if (ending.size() >= slots) {
            return new SlotStore.Answer(false, 0, ending.get(ending.size() - slots) - clock.micros());
        }
        model.values().removeIf(end -> end <= clock.micros());
        model.put(token, ends);
        return new SlotStore.Answer(true, slots - ending.size() - 1, 0);
    }

    private Map<String, Long> live() {
        return model.entrySet().stream()
                .filter(lease -> lease.getValue() > clock.micros())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Map<String, Long> held() {
        Range<Long> lasting = Range.from(Range.Boundary.excluding(clock.micros()), Range.Boundary.including(1L << 53));
        return admin(key, c -> c.zrangebyscoreWithScores(key, lasting)).stream()
                .collect(Collectors.toMap(each -> each.getValue(), each -> (long) each.getScore()));
    }

    private String longer(String source) {
        return clock.rewrite(source.replace("'PEXPIRE', key, ", "'PEXPIRE', key, " + LONGER_MILLIS + " + "));
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }
}
