package io.github.redispatterns.benchmarks.worker;

import io.github.redispatterns.benchmarks.drive.Round;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What a worker says to each line.
 *
 * @param error what went wrong; empty if nothing did
 * @param operations after RUN: how many
 * @param opsPerSecond after RUN: their rate
 * @param latencies after RUN: HdrHistogram's compressed encoding as Base64
 * @param loads after RUN: how often the source of truth was asked
 * @param shares after RUN: how many operations each caller made
 */
record Answer(String error, long operations, double opsPerSecond, String latencies, long loads, List<Long> shares) {

    static final Answer DONE = new Answer("", 0, 0, "", 0, List.of());

    static Answer failed(String error) {
        return new Answer(error, 0, 0, "", 0, List.of());
    }

    static Answer of(Round round) {
        ByteBuffer bytes = ByteBuffer.allocate(round.latencies().getNeededByteBufferCapacity());
        int length = round.latencies().encodeIntoCompressedByteBuffer(bytes);
        String encoded = Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
        return new Answer("", round.operations(), round.opsPerSecond(), encoded, round.loads(), round.shares());
    }

    Round round() {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(latencies));
            return new Round(
                    operations, opsPerSecond, Histogram.decodeFromCompressedByteBuffer(bytes, 0), loads, shares);
        } catch (DataFormatException e) {
            throw new IllegalStateException("A worker answered with no histogram", e);
        }
    }
}
