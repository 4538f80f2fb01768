package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The fields, letter by letter. */
class RateLimitHeadersTest {

    private static final Limit HUNDRED = Limit.of(100, Duration.ofMinutes(1));

    @Test
    void aGrantedCall() {
        Map<String, String> fields = RateLimitHeaders.of("default", HUNDRED, granted(50, Duration.ofMillis(29_001)));
        assertThat(fields)
                .containsExactly(
                        entry("RateLimit-Policy", "\"default\";q=100;w=60"),
                        entry("RateLimit", "\"default\";r=50;t=30"));
        assertThat(RateLimitHeaders.of("default", HUNDRED, granted(100, Duration.ZERO)))
                .containsEntry("RateLimit", "\"default\";r=100;t=0");
        assertThatThrownBy(() -> fields.put("a", "b")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aRefusedCall() {
        assertThat(RateLimitHeaders.of("default", HUNDRED, refused(3, Duration.ofNanos(2_000_001_000), "")))
                .containsExactly(
                        entry("RateLimit-Policy", "\"default\";q=100;w=60"),
                        entry("RateLimit", "\"default\";r=3;t=3"),
                        entry("Retry-After", "3"));
    }

    @Test
    void retryAfterIsAtLeastASecondAndNeverTooEarly() {
        assertThat(retryAfter(Duration.ZERO)).isEqualTo("1");
        assertThat(retryAfter(Duration.ofNanos(1_000))).isEqualTo("1");
        assertThat(retryAfter(Duration.ofSeconds(1))).isEqualTo("1");
        assertThat(retryAfter(Duration.ofNanos(1_000_001_000))).isEqualTo("2");
        assertThat(retryAfter(Duration.ofDays(366))).isEqualTo("31622400");
    }

    @Test
    void aWindowIsAtLeastASecond() {
        Limit dense = Limit.of(10, Duration.ofMillis(100));
        assertThat(RateLimitHeaders.of("p", dense, granted(1, Duration.ZERO)))
                .containsEntry("RateLimit-Policy", "\"p\";q=10;w=1");
    }

    @Test
    void severalLimits() {
        List<NamedLimit> limits = List.of(
                NamedLimit.of("burst", Algorithm.GCRA, Limit.of(10, Duration.ofSeconds(1))),
                NamedLimit.of("daily", Algorithm.FIXED_WINDOW, Limit.of(1_000, Duration.ofDays(1))));
        String policies = "\"burst\";q=10;w=1, \"daily\";q=1000;w=86400";
        assertThat(RateLimitHeaders.of(
                        limits,
                        LimitState.together(
                                List.of(
                                        new LimitState("burst", 5, Duration.ZERO, Duration.ofMillis(500)),
                                        new LimitState("daily", 900, Duration.ZERO, Duration.ofHours(3))),
                                false)))
                .containsExactly(
                        entry("RateLimit-Policy", policies),
                        entry("RateLimit", "\"burst\";r=5;t=1, \"daily\";r=900;t=10800"));
    }

    /** With what it has left itself, not with what the scarcest has. */
    @Test
    void severalLimitsOfWhichSomeRefuse() {
        List<NamedLimit> limits = List.of(
                NamedLimit.of("burst", Algorithm.GCRA, Limit.of(10, Duration.ofSeconds(1))),
                NamedLimit.of("daily", Algorithm.FIXED_WINDOW, Limit.of(1_000, Duration.ofDays(1))),
                NamedLimit.of("total", Algorithm.GCRA, HUNDRED));
        Decision refused = LimitState.together(
                List.of(
                        new LimitState("burst", 0, Duration.ofMillis(200), Duration.ofSeconds(1)),
                        new LimitState("daily", 3, Duration.ofHours(2), Duration.ofHours(2)),
                        new LimitState("total", 70, Duration.ZERO, Duration.ofSeconds(18))),
                false);
        assertThat(refused.refusedBy()).contains("daily");
        assertThat(RateLimitHeaders.of(limits, refused))
                .containsExactly(
                        entry("RateLimit-Policy", "\"burst\";q=10;w=1, \"daily\";q=1000;w=86400, \"total\";q=100;w=60"),
                        entry("RateLimit", "\"burst\";r=0;t=1, \"daily\";r=3;t=7200, \"total\";r=70;t=18"),
                        entry("Retry-After", "7200"));
    }

    @Test
    void aDecisionThatDoesNotSayWhereItsLimitsStand() {
        List<NamedLimit> limits = List.of(NamedLimit.of("a", Algorithm.GCRA, HUNDRED));
        assertThat(RateLimitHeaders.of(limits, refused(0, Duration.ofHours(2), "a")))
                .containsExactly(entry("RateLimit-Policy", "\"a\";q=100;w=60"), entry("Retry-After", "7200"));
    }

    @Test
    void namesAreQuoted() {
        assertThat(RateLimitHeaders.of("a \"b\" \\c", HUNDRED, granted(1, Duration.ZERO)))
                .containsEntry("RateLimit", "\"a \\\"b\\\" \\\\c\";r=1;t=0");
    }

    @Test
    void badInputIsRefused() {
        Decision decision = granted(1, Duration.ZERO);
        for (String bad : new String[] {null, "", "a\nb", "é", "\r\nSet-Cookie: a=b", "\u007f"}) {
            refused("policy: ", () -> RateLimitHeaders.of(bad, HUNDRED, decision));
        }
        refused("limit: ", () -> RateLimitHeaders.of("p", null, decision));
        refused("decision: ", () -> RateLimitHeaders.of("p", HUNDRED, null));
        refused("limits: ", () -> RateLimitHeaders.of(null, decision));
        refused("limits: ", () -> RateLimitHeaders.of(List.of(), decision));
        List<NamedLimit> limits = List.of(NamedLimit.of("é", Algorithm.GCRA, HUNDRED));
        refused("limits: ", () -> RateLimitHeaders.of(limits, decision));
        Decision unprintable =
                LimitState.together(List.of(new LimitState("é", 1, Duration.ZERO, Duration.ZERO)), false);
        refused(
                "decision: ",
                () -> RateLimitHeaders.of(List.of(NamedLimit.of("a", Algorithm.GCRA, HUNDRED)), unprintable));
        refused("decision: ", () -> RateLimitHeaders.of(List.of(NamedLimit.of("a", Algorithm.GCRA, HUNDRED)), null));
    }

    private static String retryAfter(Duration retryAfter) {
        return RateLimitHeaders.of("p", HUNDRED, refused(0, retryAfter, "")).get("Retry-After");
    }

    private static Decision granted(long remaining, Duration resetAfter) {
        return new Decision(true, remaining, Duration.ZERO, resetAfter, false, Optional.empty());
    }

    private static Decision refused(long remaining, Duration retryAfter, String by) {
        return new Decision(
                false, remaining, retryAfter, retryAfter, false, Optional.of(by).filter(name -> !name.isEmpty()));
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
}
