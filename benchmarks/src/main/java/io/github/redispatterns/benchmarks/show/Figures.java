package io.github.redispatterns.benchmarks.show;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them. */
final class Figures {

    static final String NONE = "-";

    private static final double NANOS = 1e9;

    private Figures() {}

    static String whole(double number) {
        return format("%,.0f", number);
    }

    static String micros(double micros) {
        return format(micros < 100 ? "%.1f" : "%,.0f", micros);
    }

    static String ratio(@Nullable Double ratio) {
        return ratio == null || ratio.isNaN() ? NONE : format("%.2f", ratio);
    }

    /** With a digit more, for ratios whose difference matters. */
    static String fineRatio(double ratio) {
        return format("%.3f", ratio);
    }

    static String percent(double share) {
        return format("%.0f %%", share * 100);
    }

    static String finePercent(double share) {
        return format("%.1f %%", share * 100);
    }

    /** With its sign; what rounds to nothing is not called a loss. */
    static String change(double share) {
        return format("%+.1f %%", Math.round(share * 1000) / 10.0);
    }

    static String nanosPerOperation(double opsPerSecond) {
        return format("%.2f", NANOS / opsPerSecond);
    }

    /** Such as {@code 1 evalsha + 0.5 get}. */
    static String calls(Map<String, Double> calls) {
        return calls.isEmpty()
                ? NONE
                : calls.entrySet().stream()
                        .map(each -> count(each.getValue()) + ' ' + each.getKey())
                        .collect(Collectors.joining(" + "));
    }

    /** Two decimals, and none where they are zeros. */
    private static String count(double count) {
        return format("%.2f", count).replaceFirst("\\.?0+$", "");
    }

    private static String format(String pattern, double number) {
        return String.format(Locale.ROOT, pattern, number);
    }
}
