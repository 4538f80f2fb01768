package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CheckTest {

    @Test
    void ttlFromOneMillisecondToTenYears() {
        assertThat(Check.duration("ttl", Duration.ofMillis(1))).isEqualTo(Duration.ofMillis(1));
        assertThat(Check.duration("ttl", Check.MAX_DURATION)).isEqualTo(Check.MAX_DURATION);
        assertThatThrownBy(() -> Check.duration("ttl", Duration.ZERO))
                .hasMessage("ttl: must be from 1 ms to 10 years, is PT0S");
        assertThatThrownBy(() -> Check.duration("ttl", Duration.ofNanos(999_999)))
                .hasMessageStartingWith("ttl:");
        assertThatThrownBy(() -> Check.duration("ttl", Duration.ofSeconds(-1))).hasMessageStartingWith("ttl:");
        assertThatThrownBy(() -> Check.duration("ttl", Check.MAX_DURATION.plusMillis(1)))
                .hasMessageStartingWith("ttl:");
        assertThatThrownBy(() -> Check.duration("ttl", null)).hasMessage("ttl: must not be null");
    }

    @Test
    void rangesRefuseNotANumber() {
        assertThat(Check.range("x", 0.5, 0, 1)).isEqualTo(0.5);
        assertThatThrownBy(() -> Check.range("x", Double.NaN, 0, 1)).hasMessage("x: must be from 0.0 to 1.0, is NaN");
        assertThatThrownBy(() -> Check.range("x", Double.POSITIVE_INFINITY, 0, 1))
                .hasMessageStartingWith("x:");
        assertThatThrownBy(() -> Check.range("n", 3, 1, 2)).hasMessage("n: must be from 1 to 2, is 3");
    }

    @Test
    void optionsNameTheSettingThatIsWrong() {
        assertThatThrownBy(() -> RedisOptions.builder().commandTimeout(Duration.ZERO))
                .hasMessageStartingWith("commandTimeout:");
        assertThatThrownBy(() -> RedisOptions.builder().connectTimeout(null)).hasMessageStartingWith("connectTimeout:");
        assertThatThrownBy(() -> RedisOptions.builder().meterRegistry(null)).hasMessageStartingWith("meterRegistry:");
        assertThatThrownBy(() -> RedisOptions.builder().sslOptions(null)).hasMessageStartingWith("sslOptions:");
        assertThatThrownBy(() -> RedisOptions.builder().clientResources(null))
                .hasMessageStartingWith("clientResources:");
        assertThatThrownBy(() -> RedisOptions.builder().scriptHook(null)).hasMessageStartingWith("scriptHook:");
        assertThatThrownBy(() -> new ScriptHook(null, () -> "")).hasMessageStartingWith("rewrite:");
        assertThatThrownBy(() -> new ScriptHook(source -> source, null)).hasMessageStartingWith("trailingArgument:");
    }
}
