package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CodecTest {

    record Product(String name, int cents) {}

    @Test
    void whatIsWrittenIsRead() {
        assertThat(Codec.utf8().decode(Codec.utf8().encode("grüße \uD83D\uDE00")))
                .isEqualTo("grüße \uD83D\uDE00");
        assertThat(Codec.utf8().decode(Codec.utf8().encode(""))).isEmpty();
        byte[] bytes = {0, -1, 127};
        assertThat(Codec.bytes().decode(Codec.bytes().encode(bytes)))
                .isEqualTo(bytes)
                .isNotSameAs(bytes);
        Codec<Product> json = JsonCodec.of(Product.class);
        assertThat(json.decode(json.encode(new Product("tea", 350)))).isEqualTo(new Product("tea", 350));
        Codec<List<Product>> list = JsonCodec.of(new ObjectMapper(), new TypeReference<>() {});
        assertThat(list.decode(list.encode(List.of(new Product("tea", 350))))).containsExactly(new Product("tea", 350));
    }

    @Test
    void gzipMakesRepetitionSmallAndReadsItBack() {
        Codec<String> codec = Codec.utf8().gzip();
        String text = "redis ".repeat(10_000);
        byte[] bytes = codec.encode(text);
        assertThat(bytes.length).isLessThan(text.length() / 50);
        assertThat(codec.decode(bytes)).isEqualTo(text);
    }

    @Test
    void theBoundHoldsExactly() {
        byte[] most = new byte[Codec.DEFAULT_MAX_BYTES];
        assertThat(Codec.bytes().encode(most)).hasSize(Codec.DEFAULT_MAX_BYTES);
        assertThatThrownBy(() -> Codec.bytes().encode(new byte[Codec.DEFAULT_MAX_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("value: takes 1048577 bytes, over the bound of 1048576");
        Codec<byte[]> larger = Codec.bytes().withMaxBytes(2 << 20);
        assertThat(larger.encode(new byte[2 << 20])).hasSize(2 << 20);
        assertThat(larger.bounded()).isSameAs(larger);
        byte[] two = new byte[2 << 20];
        assertThat(Codec.bytes().withMaxBytes(2 << 20).gzip().encode(two)).hasSizeLessThan(1 << 20);
        assertThat(Codec.bytes().gzip().withMaxBytes(2 << 20).encode(two)).hasSizeLessThan(1 << 20);
        assertThatThrownBy(() -> Codec.bytes().gzip().withMaxBytes(2 << 20).encode(new byte[(2 << 20) + 1]))
                .hasMessageStartingWith("value: takes");
        assertThatThrownBy(() -> Codec.bytes().gzip().encode(two)).hasMessageStartingWith("value: takes");
        assertThatThrownBy(() -> Codec.bytes().withMaxBytes(0)).hasMessageStartingWith("maxBytes:");
    }

    @Test
    void aSmallCompressedValueCannotUnfoldIntoAHugeOne() {
        byte[] bomb = Codec.bytes().withMaxBytes(8 << 20).gzip().encode(new byte[8 << 20]);
        assertThat(bomb.length).isLessThan(Codec.DEFAULT_MAX_BYTES);
        assertThatThrownBy(() -> Codec.bytes().gzip().decode(bomb))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("over the codec's bound");
    }

    @Test
    void corruptBytesAreATypedErrorWithoutTheirContent() {
        byte[] secret = "{\"name\":\"secret\",\"cents\":\"s3cret\"}".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> JsonCodec.of(Product.class).decode(secret))
                .isInstanceOf(CodecException.class)
                .hasNoCause()
                .hasMessageContaining("Product")
                .message()
                .doesNotContain("secret")
                .doesNotContain("s3cret");
        assertThatThrownBy(() -> JsonCodec.of(Product.class).decode("null".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> Codec.utf8().decode(new byte[] {(byte) 0xC3})).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> Codec.utf8().gzip().decode(secret)).isInstanceOf(CodecException.class);
        byte[] cut = Codec.utf8().gzip().encode("whole");
        assertThatThrownBy(() -> Codec.utf8().gzip().decode(java.util.Arrays.copyOf(cut, cut.length - 6)))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void anyBytesAtAllAreReadOrRefusedByType() {
        Random random = new Random(7);
        List<Codec<?>> codecs = List.of(
                Codec.utf8(),
                Codec.utf8().gzip(),
                JsonCodec.of(Product.class),
                JsonCodec.of(Product.class).gzip());
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            for (Codec<?> codec : codecs) {
                try {
                    assertThat(codec.decode(bytes)).isNotNull();
                } catch (CodecException e) {
                    assertThat(e).hasMessageStartingWith("The value");
                }
            }
        }
    }

    @Test
    void valuesThatCannotBeWrittenAreRefused() {
        assertThatThrownBy(() -> Codec.utf8().encode("\uD83D")).hasMessage("value: has an unpaired surrogate");
        assertThatThrownBy(() -> Codec.utf8().encode(null)).hasMessage("value: must not be null");
        assertThatThrownBy(() -> Codec.utf8().gzip().encode(null)).hasMessage("value: must not be null");
        assertThatThrownBy(() -> JsonCodec.of(Object.class).encode(new Object()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("value: cannot be written as JSON");
    }

    @Test
    void defaultTypingIsRefused() {
        ObjectMapper mapper = new ObjectMapper();
        mapper.activateDefaultTyping(
                BasicPolymorphicTypeValidator.builder().build(), ObjectMapper.DefaultTyping.NON_FINAL);
        assertThatThrownBy(() -> JsonCodec.of(mapper, new TypeReference<Product>() {}))
                .hasMessageStartingWith("mapper: uses default typing");
    }
}
