package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.AsyncTwins;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a caller may ask of a lease, and of all of them. */
class LeaseOptionsTest {

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration TOO_LONG = Duration.ofDays(3650).plusNanos(1);

    @Test
    void asyncMethodsHaveTwins() {
        AsyncTwins.check(DistributedLock.class, Lease.class);
    }

    @Test
    void onlyTheTtlHasNoDefault() {
        LeaseOptions options = LeaseOptions.ofTtl(TTL);
        assertThat(options)
                .isEqualTo(new LeaseOptions(
                        TTL, Duration.ZERO, Optional.empty(), Duration.ZERO, Optional.empty(), Optional.empty()))
                .isEqualTo(LeaseOptions.builder(TTL).build())
                .hasSameHashCodeAs(LeaseOptions.ofTtl(TTL))
                .isNotEqualTo(LeaseOptions.ofTtl(TTL.plusMillis(1)));
    }

    @Test
    void eachSettingIsTakenAndCounts() {
        LeaseOptions all = LeaseOptions.builder(TTL)
                .maxWait(Duration.ofSeconds(1))
                .renewFor(Duration.ofSeconds(60))
                .minHold(Duration.ofSeconds(2))
                .requestToken("a-B_9.:/")
                .build();
        assertThat(all)
                .isEqualTo(new LeaseOptions(
                        TTL,
                        Duration.ofSeconds(1),
                        Optional.of(Duration.ofSeconds(60)),
                        Duration.ofSeconds(2),
                        Optional.of("a-B_9.:/"),
                        Optional.empty()))
                .isNotEqualTo(LeaseOptions.ofTtl(TTL));
        assertThat(LockOptions.builder()
                        .fenceMemory(Duration.ofMinutes(1))
                        .name("seats")
                        .build())
                .isEqualTo(new LockOptions(Duration.ofMinutes(1), "seats"))
                .isNotEqualTo(LockOptions.defaults());
        assertThat(LockOptions.defaults())
                .isEqualTo(LockOptions.builder().build())
                .isEqualTo(new LockOptions(Duration.ofHours(1), "default"));
    }

    @Test
    void theBoundsThemselvesAreAllowed() {
        for (Duration edge : new Duration[] {Duration.ofMillis(100), Duration.ofDays(3650)}) {
            LeaseOptions options = LeaseOptions.builder(edge)
                    .maxWait(Duration.ofDays(3650))
                    .renewFor(edge)
                    .minHold(edge)
                    .requestToken("x".repeat(128))
                    .build();
            assertThat(options.ttl()).isEqualTo(edge);
        }
        assertThat(LockOptions.builder()
                        .fenceMemory(Duration.ofDays(3650))
                        .build()
                        .fenceMemory())
                .isEqualTo(Duration.ofDays(3650));
    }

    @Test
    void badSettingsAreRefused() {
        for (Duration bad : new Duration[] {
            null, Duration.ZERO, Duration.ofMillis(-1), Duration.ofMillis(99), Duration.ofNanos(99_999_999), TOO_LONG
        }) {
            refused("ttl: ", () -> LeaseOptions.ofTtl(bad));
            refused("ttl: ", () -> LeaseOptions.builder(bad));
            refused(
                    "ttl: ",
                    () -> new LeaseOptions(
                            bad, Duration.ZERO, Optional.empty(), Duration.ZERO, Optional.empty(), Optional.empty()));
        }
        refused("ttl: must be at least 100 ms, is PT0.099S", () -> LeaseOptions.ofTtl(Duration.ofMillis(99)));
        LeaseOptions.Builder builder = LeaseOptions.builder(TTL);
        for (Duration bad : new Duration[] {null, Duration.ofNanos(-1), Duration.ofNanos(1), TOO_LONG}) {
            refused("maxWait: ", () -> builder.maxWait(bad));
            refused("minHold: ", () -> builder.minHold(bad));
            refused(
                    "maxWait: ",
                    () -> new LeaseOptions(
                            TTL, bad, Optional.empty(), Duration.ZERO, Optional.empty(), Optional.empty()));
            refused(
                    "minHold: ",
                    () -> new LeaseOptions(
                            TTL, Duration.ZERO, Optional.empty(), bad, Optional.empty(), Optional.empty()));
        }
        for (Duration bad : new Duration[] {null, Duration.ZERO, Duration.ofMillis(-1), TOO_LONG}) {
            refused("renewFor: ", () -> builder.renewFor(bad));
            refused("fenceMemory: ", () -> LockOptions.builder().fenceMemory(bad));
            refused("fenceMemory: ", () -> new LockOptions(bad, "name"));
        }
        refused(
                "renewFor: ",
                () -> new LeaseOptions(
                        TTL, Duration.ZERO, Optional.of(TOO_LONG), Duration.ZERO, Optional.empty(), Optional.empty()));
        refused(
                "fenceMemory: must be at least 1 minute, is PT59.999S",
                () -> LockOptions.builder()
                        .fenceMemory(Duration.ofMillis(59_999))
                        .build());
        for (String bad : new String[] {null, "", "\uD83D"}) {
            refused("requestToken: ", () -> builder.requestToken(bad));
            refused("name: ", () -> LockOptions.builder().name(bad));
            refused("name: ", () -> new LockOptions(TTL.multipliedBy(10), bad));
        }
        for (String bad : new String[] {" ", "a b", "é", "a\n", "#1", ">a", "@a", "x".repeat(129)}) {
            refused("requestToken: must be 1 to 128 ASCII", () -> builder.requestToken(bad));
            refused(
                    "requestToken: must be 1 to 128 ASCII",
                    () -> new LeaseOptions(
                            TTL, Duration.ZERO, Optional.empty(), Duration.ZERO, Optional.of(bad), Optional.empty()));
        }
    }

    @Test
    void settingsThatContradictEachOtherAreRefused() {
        refused(
                "minHold: must be at most the ttl of PT30S, is PT30.001S",
                () -> LeaseOptions.builder(TTL).minHold(TTL.plusMillis(1)).build());
        refused(
                "renewFor: must be at least the ttl of PT30S, is PT29.999S",
                () -> LeaseOptions.builder(TTL).renewFor(TTL.minusMillis(1)).build());
        refused(
                "renewFor: ",
                () -> new LeaseOptions(TTL, Duration.ZERO, null, Duration.ZERO, Optional.empty(), Optional.empty()));
        refused(
                "requestToken: ",
                () -> new LeaseOptions(TTL, Duration.ZERO, Optional.empty(), Duration.ZERO, null, Optional.empty()));
    }

    /** Nobody who reads a log learns whose lease it is. */
    @Test
    void messagesDoNotShowTheToken() {
        assertThatThrownBy(() -> LeaseOptions.builder(TTL).requestToken("a secret"))
                .hasMessageNotContaining("secret");
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
