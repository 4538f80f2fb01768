package io.github.redispatterns.lab.ratelimit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What one answer has let through, by the server's time. When a call was decided is known as exactly as its batch is short;
 * a stretch of time has those in it that it had for certain.
 */
final class Grants {

    /**
     * A stretch of time, from the beginning of a batch.
     *
     * @param fromMicros when it begins; no later than its first grant
     * @param lastFromMicros its last grant was no earlier
     * @param lastToMicros its last grant was no later
     * @param count how many grants it had
     */
    record Stretch(long fromMicros, long lastFromMicros, long lastToMicros, long count) {

        long micros() {
            return lastToMicros - fromMicros;
        }
    }

    private final String answer;
    private final List<Batch> batches;

    Grants(String answer, List<Batch> all) {
        this.answer = answer;
        this.batches = all.stream()
                .filter(batch -> batch.granted(answer) > 0)
                .sorted(Comparator.comparingLong(Batch::toMicros))
                .toList();
    }

    long count() {
        return batches.stream().mapToLong(batch -> batch.granted(answer)).sum();
    }

    /** No later than the first grant. */
    long firstFromMicros() {
        return batches.stream().mapToLong(Batch::fromMicros).min().orElseThrow();
    }

    /** No earlier than the first grant. */
    long firstToMicros() {
        return batches.get(0).toMicros();
    }

    /** The longest stretch from each batch that ends less than that later. */
    List<Stretch> within(long micros) {
        List<Stretch> all = new ArrayList<>();
        for (Batch first : batches) {
            Stretch longest = new Stretch(first.fromMicros(), first.fromMicros(), first.toMicros(), 0);
            for (Stretch each : from(first)) {
                longest = each.micros() < micros ? each : longest;
            }
            all.add(longest);
        }
        return all;
    }

    /** Every stretch, from each batch to each other. */
    List<Stretch> all() {
        return batches.stream().flatMap(first -> from(first).stream()).toList();
    }

    private List<Stretch> from(Batch first) {
        List<Stretch> stretches = new ArrayList<>();
        long count = 0;
        long lastFrom = first.fromMicros();
        for (Batch batch : batches) { // by their ends
            if (batch.fromMicros() >= first.fromMicros()) {
                count += batch.granted(answer);
                lastFrom = Math.max(lastFrom, batch.fromMicros());
                stretches.add(new Stretch(first.fromMicros(), lastFrom, batch.toMicros(), count));
            }
        }
        return stretches;
    }
}
