package io.github.redispatterns.lab.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.ratelimit.Grants.Stretch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrantsTest {

    private static final Batch FIRST = batch(100, 110, 2);
    private static final Batch OVERLAPPING = batch(105, 120, 3);
    private static final Batch REFUSED = batch(130, 140, 0);
    private static final Batch LAST = batch(200, 205, 4);

    private static final Grants GRANTS = new Grants("ours", List.of(LAST, REFUSED, OVERLAPPING, FIRST));

    @Test
    void countsWhatWasLetThrough() {
        assertThat(GRANTS.count()).isEqualTo(9);
        assertThat(GRANTS.firstFromMicros()).isEqualTo(100);
        assertThat(GRANTS.firstToMicros()).isEqualTo(110);
    }

    @Test
    void aStretchHasWhatWasCertainlyInIt() {
        assertThat(GRANTS.within(100)).extracting(Stretch::count).containsExactly(5L, 3L, 4L);
        assertThat(GRANTS.within(106)).extracting(Stretch::count).containsExactly(9L, 7L, 4L);
        assertThat(GRANTS.within(101)).extracting(Stretch::count).containsExactly(5L, 7L, 4L);
    }

    @Test
    void whatTookLongerThanAStretchIsInNone() {
        assertThat(GRANTS.within(10)).extracting(Stretch::count).containsExactly(0L, 0L, 4L);
    }

    @Test
    void allStretchesAreLookedAt() {
        assertThat(GRANTS.all())
                .containsExactly(
                        new Stretch(100, 100, 110, 2),
                        new Stretch(100, 105, 120, 5),
                        new Stretch(100, 200, 205, 9),
                        new Stretch(105, 105, 120, 3),
                        new Stretch(105, 200, 205, 7),
                        new Stretch(200, 200, 205, 4));
    }

    private static Batch batch(long from, long to, int granted) {
        return new Batch(from, to, Map.of("ours", granted, "naive", 100));
    }
}
