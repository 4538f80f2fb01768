package io.github.redispatterns.lab.cacheaside;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What a crowd of readers met with.
 *
 * @param wrong how many got another value than the database's
 * @param micros how long the reads took, µs
 */
record Reading(long wrong, Histogram micros) {

    /** What it is for another process: text without line ends. */
    String encode() {
        ByteBuffer buffer = ByteBuffer.allocate(micros.getNeededByteBufferCapacity());
        int length = micros.encodeIntoCompressedByteBuffer(buffer);
        return wrong + " " + Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    static Reading decode(String text) {
        String[] parts = text.split(" ", 2);
        try {
            ByteBuffer buffer = ByteBuffer.wrap(Base64.getDecoder().decode(parts[1]));
            return new Reading(Long.parseLong(parts[0]), Histogram.decodeFromCompressedByteBuffer(buffer, 0));
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalStateException("A reader process answered something else than its reading", e);
        }
    }

    Reading plus(Reading other) {
        Histogram both = micros.copy();
        both.add(other.micros);
        return new Reading(wrong + other.wrong, both);
    }

    /** The 99th percentile, ms, to a tenth. */
    double p99Millis() {
        return Math.round(micros.getValueAtPercentile(99) / 100.0) / 10.0;
    }
}
