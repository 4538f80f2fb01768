package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamInvalidationOptionsTest {

    @Test
    void defaults() {
        StreamInvalidationOptions options = StreamInvalidationOptions.defaults();
        assertThat(options.name()).isEqualTo("default");
        assertThat(options.field()).isEqualTo("key");
        assertThat(options.positionTtl()).isEqualTo(Duration.ofDays(7));
        assertThat(options.batchSize()).isEqualTo(500);
        assertThat(options.onGap()).isInstanceOf(StreamGapLog.class);
        for (StreamGap gap : StreamGap.values()) {
            options.onGap().accept(gap);
        }
    }

    /** They are records: also those that were not given a listener of their own. */
    @Test
    void optionsOfTheSameSettingsAreEqual() {
        assertThat(StreamInvalidationOptions.defaults()).isEqualTo(StreamInvalidationOptions.defaults());
    }

    @Test
    void eachWrongSettingIsNamed() {
        StreamInvalidationOptions.Builder builder = StreamInvalidationOptions.builder();
        assertThatThrownBy(() -> builder.name("")).hasMessageStartingWith("name: ");
        assertThatThrownBy(() -> builder.name(null)).hasMessageStartingWith("name: ");
        assertThatThrownBy(() -> builder.field("")).hasMessageStartingWith("field: ");
        assertThatThrownBy(() -> builder.field("\ud83d")).hasMessageStartingWith("field: ");
        assertThatThrownBy(() -> builder.positionTtl(null)).hasMessageStartingWith("positionTtl: ");
        assertThatThrownBy(() -> builder.positionTtl(Duration.ofSeconds(59)))
                .hasMessage("positionTtl: must be at least PT1M, is PT59S");
        assertThatThrownBy(() -> builder.positionTtl(Duration.ofDays(3651))).hasMessageStartingWith("positionTtl: ");
        assertThatThrownBy(() -> builder.batchSize(0)).hasMessageStartingWith("batchSize: ");
        assertThatThrownBy(() -> builder.batchSize(10_001)).hasMessageStartingWith("batchSize: ");
        assertThatThrownBy(() -> builder.onGap(null)).hasMessageStartingWith("onGap: ");
    }
}
