package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Bench;
import java.time.Duration;
import java.util.List;

/**
 * How long is measured.
 *
 * @param forks how often the workers are started anew; the JIT compiles a little differently each time
 * @param rounds per fork
 * @param round how long a round is
 * @param warmUp how long the round is that comes before them in each fork and is not counted
 */
public record Settings(int forks, int rounds, Duration round, Duration warmUp) {

    private static final int ROUNDS = 5;

    /**
     * The settings of a full run.
     *
     * @return steady enough for differences of some percent
     */
    public static Settings full() {
        return new Settings(3, ROUNDS, Duration.ofMillis(600), Duration.ofSeconds(2));
    }

    /**
     * Settings for some benches to end within a minute together.
     *
     * @param benches the benches
     * @return one fork, with rounds as long as there is time for
     */
    public static Settings quick(List<? extends Bench> benches) {
        Duration round = Budget.of(benches).round(ROUNDS);
        return new Settings(1, ROUNDS, round, round.multipliedBy(Budget.WARM_UP_ROUNDS));
    }

    /** The settings in a few words. */
    @Override
    public String toString() {
        return "%s, %d rounds of %d ms each after %d ms of warm-up"
                .formatted(forks == 1 ? "1 fork" : forks + " forks", rounds, round.toMillis(), warmUp.toMillis());
    }
}
