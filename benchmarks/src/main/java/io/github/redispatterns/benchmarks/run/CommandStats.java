package io.github.redispatterns.benchmarks.run;

import java.util.Map;
import java.util.TreeMap;

/**
 * How often a server has run each command, also inside scripts.
 *
 * @param calls by command, in lower case
 */
record CommandStats(Map<String, Long> calls) {

    private static final String PREFIX = "cmdstat_";
    private static final String CALLS = ":calls=";

    /** The command that asks for this. */
    private static final String OWN = "info";

    /** Reads what {@code INFO commandstats} replies. */
    static CommandStats parse(String info) {
        Map<String, Long> calls = new TreeMap<>();
        info.lines()
                .filter(line -> line.startsWith(PREFIX) && line.contains(CALLS))
                .forEach(line -> {
                    int colon = line.indexOf(CALLS);
                    String count = line.substring(colon + CALLS.length())
                            .split(",", 2)[0]
                            .strip();
                    calls.put(line.substring(PREFIX.length(), colon), Long.parseLong(count));
                });
        calls.remove(OWN);
        return new CommandStats(calls);
    }

    /** What was run since an earlier reading. */
    CommandStats since(CommandStats before) {
        Map<String, Long> more = new TreeMap<>();
        calls.forEach((command, count) -> {
            long delta = count - before.calls.getOrDefault(command, 0L);
            if (delta > 0) {
                more.put(command, delta);
            }
        });
        return new CommandStats(more);
    }

    CommandStats plus(CommandStats other) {
        Map<String, Long> sum = new TreeMap<>(calls);
        other.calls.forEach((command, count) -> sum.merge(command, count, Long::sum));
        return new CommandStats(sum);
    }
}
