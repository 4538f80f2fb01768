package io.github.redispatterns.benchmarks.show;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Footprint;
import io.github.redispatterns.benchmarks.run.Latency;
import io.github.redispatterns.benchmarks.run.Ratio;
import io.github.redispatterns.benchmarks.run.Row;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** A row as a JSON object. What was not measured is left out. */
final class JsonRow {

    private static final MathContext DIGITS = new MathContext(4);

    private JsonRow() {}

    static Map<String, Object> of(Row row, BenchReport report) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("bench", row.bench());
        fields.put("case", row.label());
        fields.put("library", row.library());
        fields.put("configuration", row.configuration());
        fields.put("load", row.load().toString());
        fields.put("threads", row.load().threads());
        fields.put("ops", Math.round(row.ops().median()));
        fields.put("opsMin", Math.round(row.ops().min()));
        fields.put("opsMax", Math.round(row.ops().max()));
        fields.put("spread", rounded(row.ops().spread()));
        Latency latency = row.latency();
        if (latency == null) {
            fields.put("nanosPerOp", rounded(1e9 / row.ops().median()));
        } else {
            fields.put("p50Micros", latency.p50Micros());
            fields.put("p99Micros", latency.p99Micros());
            fields.put("maxMicros", latency.maxMicros());
        }
        Footprint footprint = row.footprint();
        if (footprint != null) {
            Map<String, Object> calls = new LinkedHashMap<>();
            row.usage().calls().forEach((command, count) -> calls.put(command, rounded(count)));
            fields.put("calls", calls);
            if (!Double.isNaN(row.usage().reads())) {
                fields.put("reads", rounded(row.usage().reads()));
            }
            if (row.usage().loads() > 0) {
                fields.put("loads", rounded(row.usage().loads()));
            }
            if (!Double.isNaN(row.unevenness())) {
                fields.put("uneven", rounded(row.unevenness()));
            }
            fields.put("keys", footprint.keys());
            fields.put("bytes", footprint.bytes());
        }
        ratios(row.ratios(), fields);
        fields.put("rounds", row.rounds());
        fields.put("roundMillis", report.settings().round().toMillis());
        Map<String, Object> redis = new LinkedHashMap<>();
        redis.put("version", report.server().version());
        redis.put("topology", report.server().topology());
        fields.put("redis", redis);
        return fields;
    }

    private static void ratios(Map<String, Ratio> ratios, Map<String, Object> fields) {
        Map<String, Object> ops = new LinkedHashMap<>();
        Map<String, Object> best = new LinkedHashMap<>();
        ratios.forEach((library, ratio) -> {
            ops.put(library, rounded(ratio.ops()));
            best.put(library, ratio.best());
        });
        fields.put("ratio", ops);
        fields.put("best", best);
        Ratio raw = ratios.get(Contender.RAW);
        Double p99 = raw == null ? null : raw.p99();
        if (p99 != null) {
            fields.put("p99Ratio", rounded(p99));
        }
    }

    /** To four digits: there is no more to it. */
    static BigDecimal rounded(double number) {
        return new BigDecimal(
                new BigDecimal(number).round(DIGITS).stripTrailingZeros().toPlainString());
    }
}
