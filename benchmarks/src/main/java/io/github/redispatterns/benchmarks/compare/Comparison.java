package io.github.redispatterns.benchmarks.compare;

import io.github.redispatterns.benchmarks.run.Medians;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Whether two runs agree.
 *
 * @param changes of the ratios that stand in both, the largest first
 * @param alone how many ratios stand in one of them only
 */
public record Comparison(List<Change> changes, int alone) {

    /** A change beyond this says that the runs do not agree. */
    public static final double TOLERANCE = 0.10;

    /** Copies the list. */
    public Comparison {
        changes = List.copyOf(changes);
    }

    /**
     * Compares two runs.
     *
     * @param first the ratios of one, all above 0
     * @param second the ratios of the other
     * @return the comparison
     */
    public static Comparison of(Map<Case, Double> first, Map<Case, Double> second) {
        List<Change> changes = new ArrayList<>();
        first.forEach((which, ratio) -> {
            Double other = second.get(which);
            if (other != null) {
                changes.add(new Change(which, ratio, other));
            }
        });
        changes.sort(Comparator.comparingDouble(Change::size).reversed());
        return new Comparison(changes, first.size() + second.size() - 2 * changes.size());
    }

    /**
     * The change in the middle.
     *
     * @return median of the sizes
     * @throws IllegalArgumentException if no ratio stands in both
     */
    public double median() {
        return Medians.of(changes.stream().map(Change::size).toList());
    }

    /**
     * How many ratios differ.
     *
     * @return how many changes are beyond {@link #TOLERANCE}
     */
    public long beyond() {
        return changes.stream().filter(change -> change.size() > TOLERANCE).count();
    }
}
