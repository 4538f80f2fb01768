package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Slots while Redis is frozen for longer than the timeout: one caller waits, the others are told at once. */
@RedisTest
class SlotOutageIT extends OtherFaultFixture {

    private static final int CALLS = 500;

    @Test
    void oneCallerWaitsAndTheOthersFailAtOnce() throws Exception {
        ConcurrencyLimiter limiter = slots(3);
        Slot held = limiter.tryAcquire("ada").slot().orElseThrow();
        whileFrozen(slotsOfAda(), () -> {
            assertThat(timed(() -> assertThatThrownBy(() -> limiter.tryAcquire("ada"))
                            .isInstanceOf(UnknownOutcomeException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> {
                        for (int call = 0; call < CALLS; call++) {
                            assertThatThrownBy(() -> limiter.tryAcquire("ada"))
                                    .isInstanceOf(NotExecutedException.class);
                            assertThatThrownBy(held::extend).isInstanceOf(NotExecutedException.class);
                        }
                        assertThatThrownBy(() -> limiter.reset("ada")).isInstanceOf(NotExecutedException.class);
                    }))
                    .as("%d calls", CALLS)
                    .isLessThan(NOISE);
            assertThat(held.remaining()).isBetween(LONG.minusSeconds(30), LONG); // it knows of no harm
            assertThat(registry.counter("redis.patterns.ratelimit.outages", "limiter", "slots")
                            .count())
                    .isEqualTo(1);
        });
        awaitBack(held, INTERVAL.plus(NOISE));
        // What was granted to a caller who had gone is given back.
        Awaitility.await().until(() -> admin(slotsOfAda(), c -> c.zcard(slotsOfAda())) == 2);
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(1);
    }

    /** As nobody else would give them back; and nobody waits. */
    @Test
    void slotsAreGivenBackToAServerThatIsSilent() throws Exception {
        ConcurrencyLimiter limiter = slots(3);
        Slot one = limiter.tryAcquire("ada").slot().orElseThrow();
        Slot two = limiter.tryAcquire("ada").slot().orElseThrow();
        whileFrozen(slotsOfAda(), () -> {
            assertThat(timed(() -> assertThatThrownBy(() -> one.extend()).isInstanceOf(UnknownOutcomeException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> {
                        assertThatThrownBy(() -> one.release()).isInstanceOf(UnknownOutcomeException.class);
                        two.close();
                    }))
                    .isLessThan(NOISE);
            assertThat(two.remaining()).isZero();
        });
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> admin(slotsOfAda(), c -> c.exists(slotsOfAda())) == 0);
    }

    @Test
    void pausedWritesFailInTime() throws Exception {
        ConcurrencyLimiter limiter = slots(3);
        Slot held = limiter.tryAcquire("ada").slot().orElseThrow();
        whileWritesArePaused(() -> {
            assertThat(timed(() -> assertThatThrownBy(held::extend).isInstanceOf(UnknownOutcomeException.class)))
                    .isLessThan(IN_TIME);
            assertThat(timed(() -> assertThatThrownBy(() -> limiter.tryAcquire("ada"))
                            .isInstanceOf(NotExecutedException.class)))
                    .isLessThan(NOISE);
        });
        awaitBack(held, INTERVAL.plus(NOISE));
        assertThat(held.release()).isTrue();
    }
}
