package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Bench;
import java.util.List;

/** How long a run may take. */
public enum Length {
    /** As long as it takes to be steady. */
    FULL,
    /** A minute for what one name stands for. */
    QUICK;

    /**
     * The settings for what one name stands for.
     *
     * @param benches its benches
     * @return the settings of each
     */
    public Settings settings(List<? extends Bench> benches) {
        return this == FULL ? Settings.full() : Settings.quick(benches);
    }
}
