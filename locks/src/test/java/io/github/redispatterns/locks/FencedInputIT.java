package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.CodecException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.XAddArgs;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Bad arguments, strange keys, and what else may stand at a key. */
@RedisTest
class FencedInputIT extends FencedBench {

    private static final Map<String, String> FIELDS = Map.of("a", "v");

    @Test
    void badInputIsRefusedBeforeAnyIo() {
        redis.close(); // any I/O would fail otherwise than by IllegalArgumentException
        for (String bad : new String[] {null, "", "\uD83D"}) {
            refused("key: ", () -> store.set(bad, 1, "v"));
            refused("key: ", () -> store.setAsync(bad, 1, "v"));
            refused("key: ", () -> store.setFields(bad, 1, FIELDS));
            refused("key: ", () -> store.setFieldsAsync(bad, 1, FIELDS));
            refused("key: ", () -> store.append(bad, 1, FIELDS));
            refused("key: ", () -> store.appendAsync(bad, 1, FIELDS));
            refused("key: ", () -> store.append(bad, 1, 0, FIELDS));
            refused("key: ", () -> store.appendAsync(bad, 1, 0, FIELDS));
            refused("key: ", () -> store.delete(bad, 1));
            refused("key: ", () -> store.deleteAsync(bad, 1));
            refused("key: ", () -> store.advance(bad, 1));
            refused("key: ", () -> store.advanceAsync(bad, 1));
            refused("key: ", () -> store.get(bad));
            refused("key: ", () -> store.getAsync(bad));
            refused("key: ", () -> store.getFields(bad));
            refused("key: ", () -> store.getFieldsAsync(bad));
            refused("key: ", () -> store.streamKey(bad));
        }
        for (long bad : new long[] {0, -1, Long.MIN_VALUE}) {
            refused("token: must be positive", () -> store.set("k", bad, "v"));
            refused("token: must be positive", () -> store.setFields("k", bad, FIELDS));
            refused("token: must be positive", () -> store.append("k", bad, FIELDS));
            refused("token: must be positive", () -> store.append("k", bad, 0, FIELDS));
            refused("token: must be positive", () -> store.delete("k", bad));
            refused("token: must be positive", () -> store.advance("k", bad));
        }
        refused("sequence: must not be negative, is -1", () -> store.append("k", 1, -1, FIELDS));
        refused("value: must not be null", () -> store.set("k", 1, null));
        refused("value: has an unpaired surrogate", () -> store.set("k", 1, "\uD83D"));
        refused("value: takes 1048577 bytes", () -> store.set("k", 1, tooLong()));
        List<Map<String, String>> badFields = Arrays.asList(
                null,
                Map.of(),
                IntStream.rangeClosed(0, 1_000).boxed().collect(Collectors.toMap(i -> "" + i, i -> "v")),
                Map.of("", "v"),
                Map.of("\uD83D", "v"),
                Map.of("x".repeat(1_025), "v"),
                Map.of("a", tooLong()),
                Map.of("a", "\uD83D"),
                Collections.singletonMap(null, "v"),
                Collections.singletonMap("a", null));
        for (Map<String, String> bad : badFields) {
            refused("fields: ", () -> store.setFields("k", 1, bad));
            refused("fields: ", () -> store.append("k", 1, bad));
            refused("fields: ", () -> store.append("k", 1, 0, bad));
        }
        refused("fields: must be from 1 to 1000, is 0", () -> store.setFields("k", 1, Map.of()));
    }

    @Test
    void badPartsAreRefused() {
        FencedStoreOptions options = FencedStoreOptions.ofTtl(TTL);
        refused("redis: ", () -> FencedStore.create(null, keys, Codec.utf8(), options));
        refused("keys: ", () -> FencedStore.create(redis, null, Codec.utf8(), options));
        refused("codec: ", () -> FencedStore.create(redis, keys, null, options));
        refused("options: ", () -> FencedStore.create(redis, keys, Codec.utf8(), null));
        for (Duration bad : new Duration[] {null, Duration.ZERO, Duration.ofDays(3651)}) {
            refused("ttl: ", () -> FencedStoreOptions.ofTtl(bad));
            refused("ttl: ", () -> new FencedStoreOptions(bad, Duration.ofMillis(1), 1));
            refused("fenceMemory: ", () -> FencedStoreOptions.builder(TTL).fenceMemory(bad));
            refused("fenceMemory: ", () -> new FencedStoreOptions(TTL, bad, 1));
        }
        refused(
                "ttl: must be at least the fenceMemory of PT1H, is PT59M",
                () -> FencedStoreOptions.ofTtl(Duration.ofMinutes(59)));
        refused("maxEntries: ", () -> FencedStoreOptions.builder(TTL).maxEntries(0));
        refused("maxEntries: ", () -> new FencedStoreOptions(TTL, TTL, 0));
    }

    @Test
    void theLongestValuesFit() {
        String longest = tooLong().substring(1);
        store.set("k", 1, longest).orElseThrow();
        assertThat(store.get("k")).isEqualTo(longest);
        store.setFields("k", 1, Map.of("x".repeat(1_024), longest)).orElseThrow();
        assertThat(store.getFields("k")).containsValue(longest);
    }

    @Test
    void anotherTypeIsATypedErrorAndIsLeftAlone() {
        for (String name : List.of(keys.key("k"), store.streamKey("k"))) {
            admin(c -> c.rpush(name, "foreign"));
            expireSoon(name);
        }
        wrongType(() -> store.set("k", 1, "v"));
        wrongType(() -> store.setFields("k", 1, FIELDS));
        wrongType(() -> store.delete("k", 1));
        wrongType(() -> store.advance("k", 1));
        wrongType(() -> store.get("k"));
        wrongType(() -> store.getFields("k"));
        wrongType(() -> store.append("k", 1, FIELDS));
        wrongType(() -> store.append("k", 1, 0, FIELDS));
        for (String name : List.of(keys.key("k"), store.streamKey("k"))) {
            assertThat(this.<List<String>>admin(c -> c.lrange(name, 0, -1))).containsExactly("foreign");
        }
    }

    @Test
    void aValueThatCannotBeReadIsATypedError() {
        Codec<String> picky = new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return Codec.utf8().encode(value);
            }

            @Override
            public String decode(byte[] bytes) {
                throw new CodecException("Not of this version", null);
            }
        };
        store.set("k", 1, "v").orElseThrow();
        store.setFields("k", 1, FIELDS).orElseThrow();
        FencedStore<String> other = FencedStore.create(redis, keys, picky, FencedStoreOptions.ofTtl(TTL));
        assertThatThrownBy(() -> other.get("k")).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> other.getFields("k")).isInstanceOf(CodecException.class);
    }

    /** Another's ids are tokens too; those that are none of ours are not passed on as such. */
    @Test
    void aStreamWithAnIdAboveAllTokensIsATypedError() {
        admin(c -> c.xadd(store.streamKey("k"), XAddArgs.Builder.maxlen(5).id("18446744073709551615-3"), FIELDS));
        expireSoon(store.streamKey("k"));
        assertThatThrownBy(() -> store.append("k", Long.MAX_VALUE, FIELDS)).isInstanceOf(CodecException.class);
        assertThat(ids("k")).containsExactly("18446744073709551615-3");
    }

    /** Not every refusal of the stream is one of the fence. */
    @Test
    void anotherErrorOfTheStreamIsPassedOn() {
        store.append("k", 33, 5, FIELDS).orElseThrow();
        String rules = "~" + keys.pattern() + " -@all +@connection +eval +evalsha +xinfo|stream +xrange"
                + " +info +cluster|nodes +cluster|myid";
        try (AclUser reader = AclUser.create(deployment, rules);
                Redis handle = Handles.open(deployment, reader, RedisOptions.builder())) {
            FencedStore<String> reading = store(handle, FencedStoreOptions.ofTtl(TTL));
            for (long token : new long[] {33, 34}) {
                assertThatThrownBy(() -> reading.append("k", token, FIELDS))
                        .isInstanceOf(RedisCommandExecutionException.class)
                        .hasMessageContaining("can't run this command");
            }
            assertThatThrownBy(() -> reading.append("k", 34, 0, FIELDS))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("can't run this command");
        }
        assertThat(ids("k")).containsExactly("33-5");
    }

    @Test
    void strangeKeysWorkAndStayApart() {
        List<String> strange = List.of(
                ":", "{", "}", "{}", "*", "?", "[", "%", "%7B", "a b", "\n", "é", "\uD83D\uDE00", "a", "a:stream");
        Map<String, String> values = new HashMap<>();
        for (String key : strange) {
            values.put(key, "of " + key);
            store.set(key, 1, "of " + key).orElseThrow();
            store.append(key, 1, 0, Map.of(key, "of " + key)).orElseThrow();
        }
        values.forEach((key, value) -> {
            assertThat(store.get(key)).isEqualTo(value);
            assertThat(stream(key)).hasSize(1).allMatch(entry -> entry.getBody().equals(Map.of(key, value)));
        });
    }

    private static String tooLong() {
        return "x".repeat(Codec.DEFAULT_MAX_BYTES + 1);
    }

    private static void refused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }

    private static void wrongType(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");
    }
}
