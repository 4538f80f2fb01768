package io.github.redispatterns.benchmarks.run;

import java.util.List;
import java.util.Map;

/**
 * What one operation costs others.
 *
 * @param calls Redis calls, by command
 * @param reads how often Redis read from a socket for it; NaN if it does not say
 * @param loads how often the source of truth was asked; 0 if there is none
 */
public record Usage(Map<String, Double> calls, double reads, double loads) {

    /** What never leaves the JVM. */
    static final Usage NONE = new Usage(Map.of(), Double.NaN, 0);

    private static final List<String> SCRIPTS = List.of("evalsha", "eval");

    /** The scripts among the calls; what these call is not. */
    double scripts() {
        return SCRIPTS.stream()
                .mapToDouble(command -> calls.getOrDefault(command, 0.0))
                .sum();
    }
}
