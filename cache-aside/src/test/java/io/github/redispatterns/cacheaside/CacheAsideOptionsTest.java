package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CacheAsideOptionsTest {

    private static final Duration TTL = Duration.ofMinutes(10);

    @Test
    void defaults() {
        CacheAsideOptions options = CacheAsideOptions.ofTtl(TTL);
        assertThat(options)
                .isEqualTo(new CacheAsideOptions(
                        TTL,
                        TTL,
                        Duration.ofSeconds(30),
                        0.1,
                        0,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        WaitFallback.FAIL,
                        16,
                        4,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5),
                        options.onInvalidationLost(),
                        "default"));
        assertThat(CacheAsideOptions.ofTtl(Duration.ofSeconds(5)).negativeTtl()).isEqualTo(Duration.ofSeconds(5));
        assertThat(CacheAsideOptions.builder(TTL)
                        .leaseTime(Duration.ofMinutes(1))
                        .build()
                        .maxWait())
                .isEqualTo(Duration.ofMinutes(3));
    }

    /** They are records: also those that were not given a listener of their own. */
    @Test
    void optionsOfTheSameSettingsAreEqual() {
        assertThat(CacheAsideOptions.ofTtl(TTL)).isEqualTo(CacheAsideOptions.ofTtl(TTL));
        assertThat(CacheAsideOptions.ofTtl(TTL)).isNotEqualTo(CacheAsideOptions.ofTtl(TTL.plusMillis(1)));
    }

    @Test
    void eachWrongSettingIsNamed() {
        assertThatThrownBy(() -> CacheAsideOptions.ofTtl(null)).hasMessage("ttl: must not be null");
        assertThatThrownBy(() -> CacheAsideOptions.ofTtl(Duration.ZERO)).hasMessageStartingWith("ttl: ");
        assertThatThrownBy(() -> CacheAsideOptions.ofTtl(Duration.ofMillis(-1))).hasMessageStartingWith("ttl: ");
        assertThatThrownBy(() -> CacheAsideOptions.ofTtl(Duration.ofNanos(1))).hasMessageStartingWith("ttl: ");
        assertThatThrownBy(() -> CacheAsideOptions.ofTtl(Duration.ofDays(3651))).hasMessageStartingWith("ttl: ");
        CacheAsideOptions.Builder builder = CacheAsideOptions.builder(TTL);
        assertThatThrownBy(() -> builder.jitter(-0.1)).hasMessageStartingWith("jitter: ");
        assertThatThrownBy(() -> builder.jitter(1.1)).hasMessageStartingWith("jitter: ");
        assertThatThrownBy(() -> builder.jitter(Double.NaN)).hasMessageStartingWith("jitter: ");
        assertThatThrownBy(() -> builder.leaseTime(Duration.ZERO)).hasMessageStartingWith("leaseTime: ");
        assertThatThrownBy(() -> builder.leaseTime(null)).hasMessageStartingWith("leaseTime: ");
        assertThatThrownBy(() -> builder.maxWait(Duration.ZERO)).hasMessageStartingWith("maxWait: ");
        assertThatThrownBy(() -> builder.maxWait(null)).hasMessageStartingWith("maxWait: ");
        assertThatThrownBy(() -> builder.name("")).hasMessageStartingWith("name: ");
        assertThatThrownBy(() -> builder.name(null)).hasMessageStartingWith("name: ");
        assertThatThrownBy(() -> builder.softTtl(Duration.ZERO)).hasMessageStartingWith("softTtl: ");
        assertThatThrownBy(() -> builder.softTtl(null)).hasMessageStartingWith("softTtl: ");
        assertThatThrownBy(() -> builder.negativeTtl(Duration.ofNanos(1))).hasMessageStartingWith("negativeTtl: ");
        assertThatThrownBy(() -> builder.negativeTtl(null)).hasMessageStartingWith("negativeTtl: ");
        assertThatThrownBy(() -> builder.earlyRefresh(-1)).hasMessageStartingWith("earlyRefresh: ");
        assertThatThrownBy(() -> builder.earlyRefresh(Double.NaN)).hasMessageStartingWith("earlyRefresh: ");
        assertThatThrownBy(() -> builder.waitFallback(null)).hasMessageStartingWith("waitFallback: ");
        assertThatThrownBy(() -> builder.maxBypassLoads(-1)).hasMessageStartingWith("maxBypassLoads: ");
        assertThatThrownBy(() -> builder.refreshThreads(0)).hasMessageStartingWith("refreshThreads: ");
        assertThatThrownBy(() -> builder.breakerWindow(Duration.ZERO)).hasMessageStartingWith("breakerWindow: ");
        assertThatThrownBy(() -> builder.invalidationRetry(null)).hasMessageStartingWith("invalidationRetry: ");
        assertThatThrownBy(() -> builder.onInvalidationLost(null)).hasMessageStartingWith("onInvalidationLost: ");
        assertThatThrownBy(() -> CacheAsideOptions.builder(TTL)
                        .softTtl(TTL.plusMillis(1))
                        .build())
                .hasMessage("softTtl: must be at most the ttl of PT10M, is PT10M0.001S");
        assertThatThrownBy(() -> CacheAsideOptions.builder(TTL)
                        .leaseTime(Duration.ofSeconds(2))
                        .maxWait(Duration.ofSeconds(1))
                        .build())
                .hasMessage("maxWait: must be at least the leaseTime of PT2S, is PT1S");
    }

    /** From 1 ms to 10 years; negative answers may also be kept for no time at all. */
    @Test
    void everyTimeIsBounded() {
        CacheAsideOptions.Builder builder = CacheAsideOptions.builder(TTL);
        Map<String, Consumer<Duration>> times = Map.of(
                "softTtl", builder::softTtl,
                "negativeTtl", builder::negativeTtl,
                "leaseTime", builder::leaseTime,
                "maxWait", builder::maxWait,
                "breakerWindow", builder::breakerWindow,
                "invalidationRetry", builder::invalidationRetry);
        times.forEach((name, set) -> {
            for (Duration bad : List.of(Duration.ofMillis(-1), Duration.ofNanos(1), Duration.ofDays(3651))) {
                assertThatThrownBy(() -> set.accept(bad))
                        .as(name)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(name + ": must be from 1 ms to 10 years, is " + bad);
            }
        });
    }

    @Test
    void everyNumberIsBounded() {
        CacheAsideOptions.Builder builder = CacheAsideOptions.builder(TTL);
        assertThatThrownBy(() -> builder.jitter(Double.POSITIVE_INFINITY)).hasMessageStartingWith("jitter: ");
        assertThatThrownBy(() -> builder.earlyRefresh(Double.POSITIVE_INFINITY))
                .hasMessageStartingWith("earlyRefresh: ");
        assertThatThrownBy(() -> builder.maxBypassLoads(Integer.MAX_VALUE)).hasMessageStartingWith("maxBypassLoads: ");
        assertThatThrownBy(() -> builder.refreshThreads(-1)).hasMessageStartingWith("refreshThreads: ");
        assertThatThrownBy(() -> builder.refreshThreads(1_001)).hasMessageStartingWith("refreshThreads: ");
        assertThatThrownBy(() -> builder.name("\ud83d")).hasMessageStartingWith("name: ");
    }
}
