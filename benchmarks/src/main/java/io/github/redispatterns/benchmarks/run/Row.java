package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Load;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One contender under one load: what is shown.
 *
 * @param bench the bench
 * @param label the contender as rows call it
 * @param library its library
 * @param configuration its configuration
 * @param load the load
 * @param ops operations per second
 * @param latency null if only whole rounds were timed
 * @param usage what one operation costs others
 * @param unevenness how far the share of any caller is from the mean, 0.1 is 10 %; NaN where they do not want the same
 * @param footprint null if there is no Redis
 * @param ratios to every other library under this load
 * @param rounds how many were measured
 */
public record Row(
        String bench,
        String label,
        String library,
        String configuration,
        Load load,
        Summary ops,
        @Nullable Latency latency,
        Usage usage,
        double unevenness,
        @Nullable Footprint footprint,
        Map<String, Ratio> ratios,
        int rounds) {}
