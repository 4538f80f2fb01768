package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreshnessTest {

    private static final long BORN = 1_700_000_000_000L;
    private static final long SOFT = 60_000;

    private long now = BORN;

    @Test
    void withoutASoftTimeToLiveNothingIsStaleOrDue() {
        Freshness none = freshness(CacheAsideOptions.builder(Duration.ofMinutes(1)));
        assertThat(none.refreshes()).isFalse();
        now = BORN + SOFT + 1;
        assertThat(none.isStale(entry(50_000, 0))).isFalse();
        assertThat(none.isDue(entry(50_000, 0))).isFalse();
    }

    @Test
    void anEntryIsStaleAndDueFromItsSoftTimeOn() {
        Freshness soft =
                freshness(CacheAsideOptions.builder(Duration.ofHours(1)).softTtl(Duration.ofMinutes(1)));
        assertThat(soft.refreshes()).isTrue();
        now = BORN + SOFT - 1;
        assertThat(soft.isStale(entry(50_000, 0))).isFalse();
        assertThat(soft.isDue(entry(50_000, 0))).isFalse();
        now = BORN + SOFT;
        assertThat(soft.isStale(entry(50_000, 0))).isTrue();
        assertThat(soft.isDue(entry(50_000, 0))).isTrue();
    }

    @Test
    void anEntryThatSomebodyLoadsIsNotDue() {
        Freshness soft =
                freshness(CacheAsideOptions.builder(Duration.ofHours(1)).softTtl(Duration.ofMinutes(1)));
        now = BORN + SOFT + 5_000;
        assertThat(soft.isDue(entry(50_000, now + 1))).isFalse();
        assertThat(soft.isStale(entry(50_000, now + 1))).isTrue();
        assertThat(soft.isDue(entry(50_000, now))).isTrue();
    }

    /** XFetch: the chance to be due t before the time is e^(-t / (Δ·β)). */
    @Test
    void earlyRefreshIsDrawnFromTheExponentialDistribution() {
        for (double beta : new double[] {0.5, 1, 2}) {
            Freshness early =
                    freshness(CacheAsideOptions.builder(Duration.ofMinutes(1)).earlyRefresh(beta));
            for (long millisBefore : new long[] {25, 50, 100, 200}) {
                now = BORN + SOFT - millisBefore;
                double due = IntStream.range(0, 100_000)
                                .filter(i -> early.isDue(entry(50_000, 0)))
                                .count()
                        / 100_000.0;
                assertThat(due)
                        .as("β = " + beta + ", " + millisBefore + " ms before")
                        .isCloseTo(Math.exp(-millisBefore / (50 * beta)), within(0.01));
            }
        }
    }

    @Test
    void whileTheServersTimeIsNotKnownNothingIsStaleOrDue() {
        Freshness soft = freshness(CacheAsideOptions.builder(Duration.ofHours(1))
                .softTtl(Duration.ofMinutes(1))
                .earlyRefresh(1));
        now = 0;
        assertThat(soft.isStale(entry(50_000, 0))).isFalse();
        assertThat(soft.isDue(entry(50_000, 0))).isFalse();
    }

    private Freshness freshness(CacheAsideOptions.Builder options) {
        return new Freshness(options.build(), () -> now);
    }

    private static byte[] entry(long loadMicros, long refreshUntil) {
        return ByteBuffer.allocate(CacheRecord.HEADER_BYTES)
                .put((byte) 0xCA)
                .put((byte) 2)
                .put((byte) 'E')
                .putLong(1)
                .putShort((short) (BORN >> 32))
                .putInt((int) BORN)
                .put((byte) 0)
                .putInt((int) SOFT)
                .putInt((int) loadMicros)
                .putShort((short) (refreshUntil >> 32))
                .putInt((int) refreshUntil)
                .array();
    }
}
