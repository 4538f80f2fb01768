package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.run.Progress;
import io.github.redispatterns.benchmarks.show.Style;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The two streams that the program writes to.
 *
 * @param out results
 * @param err everything else
 * @param style how results look
 * @param liveErr whether {@code err} is a terminal, where a line can be overwritten
 */
record Terminal(PrintStream out, PrintStream err, Style style, boolean liveErr) {

    private static final int PROGRESS_WIDTH = 79;
    private static final String ERASE_LINE = "\r\u001b[K";

    /** {@code terminals} names those of the streams that are terminals, as {@code ./recipes} finds them. */
    static Terminal of(PrintStream out, PrintStream err, String terminals, Map<String, String> environment) {
        List<String> names = Arrays.asList(terminals.split(",", -1));
        boolean capable = !"dumb".equals(environment.get("TERM"));
        boolean wanted = environment.getOrDefault("NO_COLOR", "").isEmpty();
        Style style = capable && wanted && names.contains("stdout") ? Style.COLOURED : Style.PLAIN;
        return new Terminal(out, err, style, capable && names.contains("stderr"));
    }

    /** One line that changes while work goes on; nothing unless someone looks at it. */
    Progress progress() {
        return liveErr ? this::show : what -> {};
    }

    /** Removes the line, before something else is written. */
    void clearProgress() {
        if (liveErr) {
            err.print(ERASE_LINE);
            err.flush();
        }
    }

    private void show(String what) {
        err.print(ERASE_LINE + (what.length() > PROGRESS_WIDTH ? what.substring(0, PROGRESS_WIDTH) : what));
        err.flush();
    }
}
