package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeySpaceTest {

    private static final String[] PIECES = {
        "a",
        "b",
        "0",
        ":",
        "{",
        "}",
        "%",
        "%7B",
        "{}",
        "}:",
        "*",
        "?",
        "[",
        "]",
        "\\",
        "\n",
        "\u0000",
        "\u007f",
        " ",
        "é",
        "€",
        "\uD83D\uDE00",
        "x"
    };

    @Test
    void keysReadAsPrefixIdPart() {
        KeySpace keys = KeySpace.of("shop", "eu-1");
        assertThat(keys.key("42")).isEqualTo("shop:eu-1:{42}");
        assertThat(keys.key("42", "lease")).isEqualTo("shop:eu-1:{42}:lease");
        assertThat(keys.child("cart").key("42")).isEqualTo("shop:eu-1:cart:{42}");
        assertThat(keys.channel("wake")).isEqualTo("shop:eu-1:wake");
        assertThat(keys.pattern()).isEqualTo("shop:eu-1:*");
        assertThat(keys.key("a{b}%c")).isEqualTo("shop:eu-1:{a%7Bb%7D%25c}");
    }

    /** A million distinct (tenant, id, part) give a million distinct keys, and all parts of one id share its slot. */
    @Test
    void aMillionTriplesStayApart() {
        Random random = new Random(20_261_121);
        Set<String> triples = new HashSet<>(1 << 21);
        Set<String> keys = new HashSet<>(1 << 21);
        Map<String, Integer> slotOfId = new HashMap<>();
        while (triples.size() < 1_000_000) {
            String tenant = text(random, 3);
            String id = text(random, 4);
            String part = text(random, 3);
            if (!triples.add(tenant.length() + "," + id.length() + ";" + tenant + id + part)) {
                continue;
            }
            String key = KeySpace.of("app", tenant).key(id, part);
            assertThat(keys.add(key)).as("the key of another triple").isTrue();
            KeySpace space = KeySpace.of("app", tenant);
            assertThat(space.keyBytes(id)).isEqualTo(space.key(id).getBytes(StandardCharsets.UTF_8));
            int slot = SlotHash.getSlot(key);
            assertThat(slotOfId.computeIfAbsent(id, first -> slot)).isEqualTo(slot);
        }
        assertThat(keys).hasSize(1_000_000);
    }

    @Test
    void segmentsCannotRunIntoEachOther() {
        assertThat(KeySpace.of("a:b").key("x"))
                .isNotEqualTo(KeySpace.of("a", "b").key("x"));
        assertThat(KeySpace.of("a", "b*").pattern()).isEqualTo("a:b%2A:*");
        assertThat(KeySpace.of("a").child("b"))
                .isEqualTo(KeySpace.of("a", "b"))
                .hasSameHashCodeAs(KeySpace.of("a", "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D", "a\uDE00", "\uDE00\uD83D"})
    void unpairedSurrogatesAreRefused(String text) {
        KeySpace keys = KeySpace.of("app");
        assertThatThrownBy(() -> keys.key(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("id:");
        assertThatThrownBy(() -> keys.keyBytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("id:");
        assertThatThrownBy(() -> keys.key("1", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("part:");
        assertThatThrownBy(() -> KeySpace.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("segment:");
    }

    @Test
    void nullAndEmptyAreRefused() {
        KeySpace keys = KeySpace.of("app");
        assertThatThrownBy(() -> keys.key("")).hasMessage("id: must not be empty");
        assertThatThrownBy(() -> keys.key(null)).hasMessage("id: must not be null");
        assertThatThrownBy(() -> keys.keyBytes("")).hasMessage("id: must not be empty");
        assertThatThrownBy(() -> keys.keyBytes(null)).hasMessage("id: must not be null");
        assertThatThrownBy(() -> keys.key("1", "")).hasMessage("part: must not be empty");
        assertThatThrownBy(() -> keys.key("1", null)).hasMessage("part: must not be null");
        assertThatThrownBy(() -> keys.channel("")).hasMessage("segment: must not be empty");
        assertThatThrownBy(() -> KeySpace.of(null)).hasMessage("segment: must not be null");
        assertThatThrownBy(() -> KeySpace.of("a", (String) null)).hasMessage("segment: must not be null");
    }

    private static String text(Random random, int maxPieces) {
        StringBuilder text = new StringBuilder();
        int pieces = 1 + random.nextInt(maxPieces);
        for (int i = 0; i < pieces; i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
