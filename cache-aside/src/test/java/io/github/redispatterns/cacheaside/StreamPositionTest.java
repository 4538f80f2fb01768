package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamPositionTest {

    @ParameterizedTest
    @ValueSource(strings = {"0-0", "1700000000000-0", "18446744073709551615-18446744073709551615"})
    void whatIsWrittenIsRead(String id) {
        StreamPosition position = new StreamPosition(id, 42);
        assertThat(StreamPosition.parse(position.toBytes())).isEqualTo(position);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1-1",
                "1-1 ",
                "1 1",
                "1-1 -1",
                "-1-1 1",
                "01-1 1",
                "1-1 1\n",
                " 1-1 1",
                "18446744073709551616-1 1",
                "1-99999999999999999999 1",
                "1-1 1000000000000000",
                "1-1 x"
            })
    void otherBytesAreNoPosition(String text) {
        assertThat(StreamPosition.parse(text.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void norIsNothing() {
        assertThat(StreamPosition.parse(null)).isNull();
    }
}
