package io.github.redispatterns.benchmarks.show;

import io.github.redispatterns.benchmarks.compare.Case;
import io.github.redispatterns.benchmarks.compare.Change;
import io.github.redispatterns.benchmarks.compare.Comparison;
import java.util.LinkedHashMap;
import java.util.Map;

/** A comparison as JSON objects. Changes are shares: 0.1 is 10 %. */
final class ComparisonJson {

    private ComparisonJson() {}

    static Map<String, Object> of(Change change) {
        Map<String, Object> fields = which(change.of());
        fields.put("first", JsonRow.rounded(change.first()));
        fields.put("second", JsonRow.rounded(change.second()));
        fields.put("change", JsonRow.rounded(change.share()));
        return fields;
    }

    /** Without a median and a largest change where no ratio stands in both. */
    static Map<String, Object> summary(Comparison comparison) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ratios", comparison.changes().size());
        if (!comparison.changes().isEmpty()) {
            Change largest = comparison.changes().get(0);
            fields.put("medianChange", JsonRow.rounded(comparison.median()));
            fields.put("largestChange", JsonRow.rounded(largest.size()));
            fields.put("largest", which(largest.of()));
        }
        fields.put("beyond", comparison.beyond());
        fields.put("tolerance", JsonRow.rounded(Comparison.TOLERANCE));
        fields.put("inOneFile", comparison.alone());
        return fields;
    }

    private static Map<String, Object> which(Case of) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("bench", of.bench());
        fields.put("load", of.load());
        fields.put("case", of.label());
        return fields;
    }
}
