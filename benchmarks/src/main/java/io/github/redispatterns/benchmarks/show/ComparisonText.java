package io.github.redispatterns.benchmarks.show;

import io.github.redispatterns.benchmarks.compare.Change;
import io.github.redispatterns.benchmarks.compare.Comparison;
import java.util.List;

/** A comparison as people read it. */
final class ComparisonText {

    private ComparisonText() {}

    static Table table(Comparison comparison) {
        return new Table(
                3,
                List.of("bench", "load", "case", "first", "second", "change"),
                comparison.changes().stream().map(ComparisonText::row).toList());
    }

    private static List<String> row(Change change) {
        return List.of(
                change.of().bench(),
                change.of().load(),
                change.of().label(),
                Figures.fineRatio(change.first()),
                Figures.fineRatio(change.second()),
                Figures.change(change.share()));
    }

    static String summary(Comparison comparison) {
        int both = comparison.changes().size();
        String alone = stand(comparison.alone()) + " in one file only";
        if (both == 0) {
            return "0 ratios in both; " + alone;
        }
        Change largest = comparison.changes().get(0);
        return both + (both == 1 ? " ratio" : " ratios") + " in both; median change "
                + Figures.finePercent(comparison.median()) + ", largest " + Figures.finePercent(largest.size()) + " ("
                + largest.of() + "); " + comparison.beyond() + " of " + both + " beyond "
                + Figures.percent(Comparison.TOLERANCE) + "; " + alone;
    }

    private static String stand(int count) {
        return count + (count == 1 ? " stands" : " stand");
    }
}
