package io.github.redispatterns.benchmarks.run;

import java.util.Map;
import java.util.TreeMap;

/**
 * How often a server has run each command, also inside scripts, and how often it has read from a socket.
 *
 * @param calls by command, in lower case
 * @param reads of all clients together; NaN if the server does not say
 */
record CommandStats(Map<String, Long> calls, double reads) {

    static final CommandStats NONE = new CommandStats(Map.of(), 0);

    private static final String PREFIX = "cmdstat_";
    private static final String CALLS = ":calls=";
    private static final String READS = "total_reads_processed:";

    /** The command that asks for this, twice for each reading. */
    private static final String OWN = "info";

    private static final int OWN_READS = 2;

    /** Reads what {@code INFO commandstats} and, after it, {@code INFO stats} reply. */
    static CommandStats parse(String commands, String stats) {
        Map<String, Long> calls = new TreeMap<>();
        commands.lines()
                .filter(line -> line.startsWith(PREFIX) && line.contains(CALLS))
                .forEach(line -> {
                    int colon = line.indexOf(CALLS);
                    String count = line.substring(colon + CALLS.length())
                            .split(",", 2)[0]
                            .strip();
                    calls.put(line.substring(PREFIX.length(), colon), Long.parseLong(count));
                });
        calls.remove(OWN);
        return new CommandStats(calls, reads(stats));
    }

    private static double reads(String stats) {
        return stats.lines()
                .filter(line -> line.startsWith(READS))
                .mapToDouble(line ->
                        Double.parseDouble(line.substring(READS.length()).strip()))
                .findFirst()
                .orElse(Double.NaN);
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
        return new CommandStats(more, reads - before.reads - OWN_READS);
    }

    CommandStats plus(CommandStats other) {
        Map<String, Long> sum = new TreeMap<>(calls);
        other.calls.forEach((command, count) -> sum.merge(command, count, Long::sum));
        return new CommandStats(sum, reads + other.reads);
    }
}
