package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CacheAsideOptionsTest {

    private static final Duration TTL = Duration.ofMinutes(10);

    @Test
    void defaults() {
        CacheAsideOptions options = CacheAsideOptions.ofTtl(TTL);
        assertThat(options)
                .isEqualTo(new CacheAsideOptions(TTL, 0.1, Duration.ofSeconds(10), Duration.ofSeconds(30), "default"));
        assertThat(CacheAsideOptions.builder(TTL)
                        .leaseTime(Duration.ofMinutes(1))
                        .build()
                        .maxWait())
                .isEqualTo(Duration.ofMinutes(3));
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
        assertThatThrownBy(() -> CacheAsideOptions.builder(TTL)
                        .leaseTime(Duration.ofSeconds(2))
                        .maxWait(Duration.ofSeconds(1))
                        .build())
                .hasMessage("maxWait: must be at least the leaseTime of PT2S, is PT1S");
    }

    @Test
    void jitterOnlyShortensAndNeverDeletes() {
        CacheAsideOptions options =
                CacheAsideOptions.builder(Duration.ofSeconds(1)).jitter(0.5).build();
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 10_000; i++) {
            long millis = Ttl.jittered(options.ttl(), options.jitter()).toMillis();
            least = Math.min(least, millis);
            most = Math.max(most, millis);
        }
        assertThat(least).isBetween(500L, 520L);
        assertThat(most).isBetween(980L, 1000L);
        CacheAsideOptions shortest =
                CacheAsideOptions.builder(Duration.ofMillis(1)).jitter(1).build();
        assertThat(Ttl.jittered(shortest.ttl(), shortest.jitter())).isEqualTo(Duration.ofMillis(1));
    }
}
