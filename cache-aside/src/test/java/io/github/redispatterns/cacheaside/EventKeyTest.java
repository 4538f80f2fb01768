package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventKeyTest {

    @ParameterizedTest
    @ValueSource(strings = {"k", " ", "a:b", "{", "\n", "\u0000", "ключ", "\ud83d\ude00"})
    void utf8IsAKey(String key) {
        assertThat(EventKey.of(key.getBytes(StandardCharsets.UTF_8))).isEqualTo(key);
    }

    @Test
    void anythingElseIsNone() {
        assertThat(EventKey.of(new byte[0])).isNull();
        assertThat(EventKey.of(new byte[] {(byte) 0xff})).isNull();
        assertThat(EventKey.of(new byte[] {'k', (byte) 0xc3})).isNull(); // cut in the middle of a character
        assertThat(EventKey.of(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                .isNull(); // half a pair
        assertThat(EventKey.of(new byte[] {(byte) 0xc0, (byte) 0x80})).isNull(); // longer than need be
    }
}
