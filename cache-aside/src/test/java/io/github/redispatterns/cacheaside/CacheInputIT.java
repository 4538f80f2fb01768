package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Bad arguments, strange keys, and what else may stand at a key. */
@RedisTest
class CacheInputIT extends CacheBench {

    @Test
    void valuesThatAreTooLargeAreRefused() {
        String tooLarge = "x".repeat(Codec.DEFAULT_MAX_BYTES + 1);
        assertThatThrownBy(() -> cache.put("k", tooLarge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("value: takes 1048577 bytes, over the bound of 1048576");
        assertThatThrownBy(() -> cache.update("k", tooLarge, () -> loads.incrementAndGet()))
                .hasMessageStartingWith("value: ");
        assertThatThrownBy(() -> cache.putAsync("k", tooLarge)).hasMessageStartingWith("value: ");
        assertThatThrownBy(() -> cache.updateAsync("k", tooLarge, () -> null)).hasMessageStartingWith("value: ");
        assertThat(loads).hasValue(0);
        assertThat(there("k")).isFalse();
        assertThatThrownBy(() -> cache.get("k", key -> tooLarge))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("value: ");
        Awaitility.await().until(() -> !there("k"));
        assertThatThrownBy(() -> cache.getAll(List.of("k", "other"), names -> Map.of("k", tooLarge, "other", "v")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("value: ");
        Awaitility.await().until(() -> !there("k"));
    }

    @Test
    void valuesAtTheBoundAreStored() {
        String largest = "x".repeat(Codec.DEFAULT_MAX_BYTES);
        assertThat(cache.put("k", largest)).isEqualTo(WriteOutcome.STORED);
        assertThat(cache.get("k", this::load)).isEqualTo(largest);
    }

    /** What it says of its answer is checked like an option, and nothing is stored. */
    @Test
    void timesThatALoaderMayNotSetAreRefused() {
        for (Duration bad : new Duration[] {null, Duration.ZERO, Duration.ofMillis(-1), Duration.ofDays(3651)}) {
            assertThatThrownBy(() -> cache.get("k", Loader.withContext((key, context) -> {
                        context.ttl(bad);
                        return "v";
                    })))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("ttl: ");
            Awaitility.await().until(() -> !there("k"));
        }
    }

    @Test
    void anotherTypeIsATypedErrorAndIsLeftAlone() {
        String name = keys.key("k");
        admin(c -> c.rpush(name, "foreign"));
        admin(c -> c.pexpire(name, 60_000));
        assertThatThrownBy(() -> cache.get("k", this::load)).hasMessageStartingWith("WRONGTYPE");
        assertThatThrownBy(() -> cache.put("k", "v")).hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> cache.invalidate("k")).hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> cache.update("k", "v", () -> loads.incrementAndGet()))
                .hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> cache.invalidateAround("k", () -> loads.incrementAndGet()))
                .hasMessageContaining("WRONGTYPE");
        assertThat(loads).as("nothing was loaded or written for it").hasValue(0);
        assertThatThrownBy(() -> cache.getAll(List.of("k", "other"), this::loadAll))
                .hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> cache.inspect("k")).hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> cache.lookup("k", this::load)).hasMessageStartingWith("WRONGTYPE");
        List<String> list = admin(c -> c.lrange(name, 0, -1));
        assertThat(list).containsExactly("foreign");
    }

    @Test
    void unreadableBytesAreAMiss() {
        Codec<Integer> picky = new Codec<>() {
            @Override
            public byte[] encode(Integer value) {
                return new byte[] {value.byteValue()};
            }

            @Override
            public Integer decode(byte[] bytes) {
                if (bytes.length != 1) {
                    throw new IllegalStateException("secret content");
                }
                return (int) bytes[0];
            }
        };
        CacheAside<Integer> numbers = CacheAside.create(redis, keys, picky, CacheAsideOptions.ofTtl(TTL));
        cache.put("k", "long text"); // readable as an entry, not as a number
        assertThat(numbers.get("k", key -> 7)).isEqualTo(7);
        assertThat(numbers.get("k", key -> 8)).isEqualTo(7);
        admin(c -> c.set(keys.key("k"), "foreign"));
        assertThat(numbers.get("k", key -> 9)).isEqualTo(9);
        admin(c -> c.set(keys.key("k"), ""));
        assertThat(numbers.get("k", key -> 10)).isEqualTo(10);
        byte[] later = Sync.await(store().read("k"));
        later[1] = 3; // a version to come
        set(later);
        assertThat(numbers.get("k", key -> 11)).isEqualTo(11);
        assertThat(counted("unreadable")).isEqualTo(4);
        admin(c -> c.set(keys.key("k"), "foreign", SetArgs.Builder.px(60_000)));
        assertThat(numbers.getAll(List.of("k"), names -> Map.of("k", 12))).isEqualTo(Map.of("k", 12));
        assertThat(numbers.getAll(List.of("k"), names -> Map.of("k", 13))).isEqualTo(Map.of("k", 12));
        admin(c -> c.set(keys.key("k"), "foreign", SetArgs.Builder.px(60_000)));
        assertThat(numbers.invalidate("k")).isEqualTo(WriteOutcome.REMOVED);
        admin(c -> c.set(keys.key("k"), "foreign", SetArgs.Builder.px(60_000)));
        assertThat(numbers.put("k", 14)).isEqualTo(WriteOutcome.STORED);
        assertThat(numbers.get("k", key -> 15)).isEqualTo(14);
    }

    /** An entry cut off at every length, and with every byte of its header changed; and a lease cut off. */
    @Test
    void corruptHeadersNeverFailARead() {
        cache.put("k", "v");
        byte[] entry = Sync.await(store().read("k"));
        List<byte[]> corrupt = new ArrayList<>();
        for (int length = 0; length < entry.length; length++) {
            corrupt.add(Arrays.copyOf(entry, length));
        }
        for (int at = 0; at < CacheRecord.HEADER_BYTES; at++) {
            byte[] changed = entry.clone();
            changed[at] ^= (byte) 0xff;
            corrupt.add(changed);
        }
        cache.invalidate("k");
        Sync.await(store().lease("k", CacheRecord.newId(), TTL));
        corrupt.add(Arrays.copyOf(Sync.await(store().read("k")), CacheRecord.LEASE_BYTES - 1));
        for (byte[] record : corrupt) {
            String as = HexFormat.of().formatHex(record);
            set(record);
            assertThat(cache.inspect("k")).as(as).isNotNull();
            Lookup<String> found = cache.lookup("k", key -> "anew");
            assertThat(found.value()).as(as).isIn("anew", "v", "");
            assertThat(found.age()).as(as).isGreaterThanOrEqualTo(Duration.ZERO);
            assertThat(cache.getAll(List.of("k"), names -> Map.of("k", "anew")))
                    .as(as)
                    .containsEntry("k", found.value());
        }
    }

    @Test
    void strangeKeysWorkAndStayApart() {
        List<String> strange =
                List.of(":", "{", "}", "{}", "*", "?", "[", "%", "%7B", "a b", "\n", "é", "\uD83D\uDE00");
        for (String key : strange) {
            assertThat(cache.get(key, name -> "of " + name)).isEqualTo("of " + key);
        }
        for (String key : strange) {
            assertThat(cache.get(key, this::load)).isEqualTo("of " + key);
        }
        assertThat(cache.getAll(strange, this::loadAll))
                .isEqualTo(strange.stream().collect(Collectors.toMap(key -> key, key -> "of " + key)));
        for (String key : strange) {
            assertThat(cache.invalidate(key)).isEqualTo(WriteOutcome.REMOVED);
            assertThat(there(key)).isFalse();
            cache.put(key, "of " + key);
        }
        assertThat(strange).as("each took away its own").allMatch(this::there);
    }

    @Test
    void badInputIsRefusedBeforeAnyIo() {
        redis.close(); // any I/O would fail otherwise than by IllegalArgumentException
        for (String bad : new String[] {null, "", "\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D"}) {
            assertThatThrownBy(() -> cache.get(bad, this::load))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.getAsync(bad, key -> null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.put(bad, "v")).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.invalidate(bad)).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.lookup(bad, this::load)).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.lookupAsync(bad, key -> null)).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.update(bad, "v", () -> {})).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.updateAsync(bad, "v", () -> null)).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.invalidateAround(bad, () -> {})).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.invalidateAroundAsync(bad, () -> null))
                    .hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.inspect(bad)).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.putAsync(bad, "v")).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.invalidateAsync(bad)).hasMessageStartingWith("key: ");
            assertThatThrownBy(() -> cache.getAllAsync(Arrays.asList("k", bad), names -> null))
                    .hasMessageStartingWith("keys: ");
            assertThatThrownBy(() -> cache.getAll(Arrays.asList("k", bad), this::loadAll))
                    .hasMessageStartingWith("keys: ");
        }
        assertThatThrownBy(() -> cache.getAll(null, this::loadAll)).hasMessage("keys: must not be null");
        assertThatThrownBy(() -> cache.getAll(List.of("k"), null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.getAllAsync(List.of("k"), null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.update("k", "v", null)).hasMessage("writer: must not be null");
        assertThatThrownBy(() -> cache.invalidateAround("k", null)).hasMessage("writer: must not be null");
        assertThatThrownBy(() -> cache.update("k", null, () -> {})).hasMessage("value: must not be null");
        assertThatThrownBy(() -> cache.getAllAsync(null, names -> null)).hasMessage("keys: must not be null");
        assertThatThrownBy(() -> cache.lookup("k", null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.lookupAsync("k", null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.putAsync("k", null)).hasMessage("value: must not be null");
        assertThatThrownBy(() -> cache.updateAsync("k", null, () -> null)).hasMessage("value: must not be null");
        assertThatThrownBy(() -> cache.updateAsync("k", "v", null)).hasMessage("writer: must not be null");
        assertThatThrownBy(() -> cache.invalidateAroundAsync("k", null)).hasMessage("writer: must not be null");
        assertThatThrownBy(() -> Loader.withContext(null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> AsyncLoader.withContext(null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.get("k", null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.getAsync("k", null)).hasMessage("loader: must not be null");
        assertThatThrownBy(() -> cache.put("k", null)).hasMessage("value: must not be null");
        assertThatThrownBy(() -> cache.put("k", "\uD83D")).hasMessageStartingWith("value: ");
        CacheAsideOptions options = CacheAsideOptions.ofTtl(TTL);
        assertThatThrownBy(() -> CacheAside.create(null, keys, Codec.utf8(), options))
                .hasMessageStartingWith("redis: ");
        assertThatThrownBy(() -> CacheAside.create(redis, null, Codec.utf8(), options))
                .hasMessageStartingWith("keys: ");
        assertThatThrownBy(() -> CacheAside.create(redis, keys, null, options)).hasMessageStartingWith("codec: ");
        assertThatThrownBy(() -> CacheAside.create(redis, keys, Codec.utf8(), null))
                .hasMessageStartingWith("options: ");
    }

    private Map<String, String> loadAll(Set<String> names) {
        return names.stream().collect(Collectors.toMap(name -> name, this::load));
    }

    private void set(byte[] record) {
        String done = redis.execute(
                Redis.KEYS_AND_BYTES, commands -> commands.set(keys.key("k"), record, SetArgs.Builder.px(60_000)));
        assertThat(done).isEqualTo("OK");
    }
}
