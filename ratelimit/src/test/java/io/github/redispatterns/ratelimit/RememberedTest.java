package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Each value is the time at which it is over. */
class RememberedTest {

    private static final int MOST = 100_000;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 10); // it may overflow
    private final AtomicLong lookedAt = new AtomicLong();
    private final List<Long> over = new ArrayList<>();
    private final Remembered<String, Long> remembered = new Remembered<>(
            MOST,
            end -> {
                lookedAt.incrementAndGet();
                return end;
            },
            clock::get,
            over::add);

    /** It may be Lettuce's thread that has brought a refusal, and ten million are allowed. */
    @Test
    void whoFindsItFullLooksAtAFewOnly() {
        fill(clock.get() + 5);
        long before = lookedAt.get();
        for (int i = 0; i < 1_000; i++) {
            assertThat(remembered.put("late" + i, clock.get())).isFalse();
            assertThat(lookedAt.get() - before).isLessThanOrEqualTo(Remembered.LOOKED_AT);
            before = lookedAt.get();
        }
        assertThat(remembered.size()).isEqualTo(MOST);
        assertThat(over).isEmpty();
    }

    /** Each goes on where the last one has stopped, and begins anew at the end. */
    @Test
    void whatIsOverIsFoundInTheEnd() {
        long end = clock.get() + 5;
        fill(end);
        remembered.put("id17", end + 5);
        clock.set(end);
        assertThat(remembered.put("new", end + 5)).isTrue();
        for (int i = 0; i < 2 * MOST; i++) {
            remembered.put("new" + i, end + 5);
        }
        assertThat(remembered.size()).isEqualTo(MOST);
        assertThat(over).hasSize(MOST - 1).containsOnly(end);
        assertThat(remembered.get("id17")).isEqualTo(end + 5);
        clock.set(end + 5);
        assertThat(remembered.putIfAbsent("another", end + 6)).isEqualTo(end + 6);
    }

    @Test
    void whatIsKnownIsReplacedAlsoIfItIsFull() {
        fill(clock.get() + 5);
        assertThat(remembered.put("id5", clock.get() + 7)).isTrue();
        assertThat(remembered.get("id5")).isEqualTo(clock.get() + 7);
        assertThat(remembered.putIfAbsent("id5", 1L)).isEqualTo(clock.get() + 7);
        assertThat(remembered.putIfAbsent("late", 1L)).isNull();
    }

    private void fill(long end) {
        for (int i = 0; i < MOST; i++) {
            assertThat(remembered.put("id" + i, end)).isTrue();
        }
    }
}
