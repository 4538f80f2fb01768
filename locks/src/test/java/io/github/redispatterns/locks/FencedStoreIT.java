package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.github.redispatterns.core.CodecException;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.MemoryLimit;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the fence lets through, what it keeps out, and what it leaves behind. */
@RedisTest
class FencedStoreIT extends FencedBench {

    private static final FencedWrite WRITTEN = new FencedWrite.Written();
    private static final long EXACT = 1L << 53;

    @Test
    void anOlderTokenIsRefusedByEveryWrite() {
        assertThat(store.set("k", 34, "of 34")).isEqualTo(WRITTEN);
        FencedWrite stale = new FencedWrite.Stale(34);
        assertThat(store.set("k", 33, "of 33")).isEqualTo(stale);
        assertThat(store.setFields("k", 33, Map.of("a", "of 33"))).isEqualTo(stale);
        assertThat(store.delete("k", 33)).isEqualTo(stale);
        assertThat(store.advance("k", 33)).isEqualTo(stale);
        assertThat(entity("k")).isEqualTo(Map.of("fence", "34", "value", "of 34"));
        assertThat(store.append("k", 34, Map.of("a", "of 34"))).isEqualTo(WRITTEN);
        assertThat(store.append("k", 33, Map.of("a", "of 33"))).isEqualTo(stale);
        assertThat(store.append("k", 33, 7, Map.of("a", "of 33"))).isEqualTo(stale);
        assertThat(ids("k")).containsExactly("34-0");
    }

    @Test
    void theSameAndNewerTokensAreLetThrough() {
        for (long token : new long[] {33, 33, 34, 34}) {
            assertThat(store.set("k", token, "of " + token)).isEqualTo(WRITTEN);
            assertThat(store.get("k")).isEqualTo("of " + token);
            assertThat(store.setFields("k", token, Map.of("a", "of " + token))).isEqualTo(WRITTEN);
            assertThat(store.advance("k", token)).isEqualTo(WRITTEN);
            assertThat(store.append("k", token, Map.of("a", "of " + token))).isEqualTo(WRITTEN);
        }
        assertThat(store.delete("k", 34)).isEqualTo(WRITTEN);
        assertThat(store.delete("k", 34)).isEqualTo(WRITTEN);
        assertThat(ids("k")).containsExactly("33-0", "33-1", "34-0", "34-1");
    }

    @Test
    void tokensAreExactInAllTheirDigits() {
        long[] rising = {1, 9, 10, 99, 100, EXACT - 1, EXACT, EXACT + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE};
        for (int i = 0; i < rising.length; i++) {
            assertThat(store.set("k", rising[i], "v")).isEqualTo(WRITTEN);
            assertThat(store.append("k", rising[i], Map.of("a", "v"))).isEqualTo(WRITTEN);
            if (i > 0) {
                FencedWrite stale = new FencedWrite.Stale(rising[i]);
                assertThat(store.set("k", rising[i - 1], "v")).isEqualTo(stale);
                assertThat(store.append("k", rising[i - 1], Map.of("a", "v"))).isEqualTo(stale);
            }
        }
        assertThat(entity("k")).containsEntry("fence", "9223372036854775807");
    }

    @Test
    void whoInsistsOnTheWriteGetsAnException() {
        store.set("k", 34, "v").orElseThrow();
        assertThatThrownBy(() -> store.set("k", 33, "old").orElseThrow())
                .isInstanceOf(StaleTokenException.class)
                .hasMessage("The fencing token is stale: a newer holder of the lock has been here")
                .asInstanceOf(type(StaleTokenException.class))
                .returns(34L, StaleTokenException::highestToken);
    }

    /** The former holder changes nothing between the newer one's read and its write. */
    @Test
    void advancingClosesAnEntityBeforeItIsRead() {
        store.set("k", 33, "of 33").orElseThrow();
        store.advance("k", 34).orElseThrow();
        assertThat(store.get("k")).isEqualTo("of 33");
        assertThat(store.set("k", 33, "late")).isEqualTo(new FencedWrite.Stale(34));
        store.advance("none", 34).orElseThrow();
        assertThat(store.get("none")).isNull();
        assertThat(store.getFields("none")).isEmpty();
        assertThat(store.set("none", 33, "late")).isEqualTo(new FencedWrite.Stale(34));
    }

    @Test
    void valueAndFieldsShareAFenceAndNothingElse() {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String name : List.of("fence", "value", "f:", "f:fence", " ", "\n", "{", "é", "\uD83D\uDE00", "*")) {
            fields.put(name, "of " + name);
        }
        store.setFields("k", 33, fields).orElseThrow();
        assertThat(store.get("k")).isNull();
        store.set("k", 34, "").orElseThrow();
        assertThat(store.get("k")).isEmpty();
        assertThat(store.getFields("k")).isEqualTo(fields);
        store.setFields("k", 34, Map.of("fence", "later", "more", "")).orElseThrow();
        fields.put("fence", "later");
        fields.put("more", "");
        assertThat(store.getFields("k")).isEqualTo(fields).isUnmodifiable();
        assertThat(entity("k")).containsEntry("fence", "34").containsEntry("value", "");
        assertThat(store.set("k", 33, "late").isWritten()).isFalse();
    }

    @Test
    void whatIsDeletedStaysSo() {
        store.set("k", 33, "v").orElseThrow();
        store.setFields("k", 33, Map.of("a", "v")).orElseThrow();
        store.delete("k", 34).orElseThrow();
        assertThat(store.get("k")).isNull();
        assertThat(store.getFields("k")).isEmpty();
        assertThat(entity("k")).isEqualTo(Map.of("fence", "34"));
        assertThat(livesFor(keys.key("k"))).isBetween(MEMORY.dividedBy(2), MEMORY);
        assertThat(store.set("k", 33, "late")).isEqualTo(new FencedWrite.Stale(34));
        assertThat(store.setFields("k", 33, Map.of("a", "late"))).isEqualTo(new FencedWrite.Stale(34));
        assertThat(store.get("k")).isNull();
        store.delete("none", 34).orElseThrow();
        assertThat(store.set("none", 33, "late")).isEqualTo(new FencedWrite.Stale(34));
        store.set("k", 34, "again").orElseThrow();
        assertThat(store.get("k")).isEqualTo("again");
    }

    @Test
    void theFenceOfADeletedEntityIsForgottenInTime() {
        FencedStore<String> brief = store(
                redis,
                FencedStoreOptions.builder(TTL)
                        .fenceMemory(Duration.ofMillis(100))
                        .build());
        brief.delete("k", 34).orElseThrow();
        Awaitility.await().until(() -> entity("k").isEmpty());
        assertThat(brief.set("k", 33, "v")).isEqualTo(WRITTEN);
    }

    @Test
    void everyWriteBeginsTheTimeToLiveAnewAndNoRefusalDoes() {
        String entity = keys.key("k");
        List<Runnable> writes = List.of(
                () -> store.set("k", 34, "v").orElseThrow(),
                () -> store.setFields("k", 34, Map.of("a", "v")).orElseThrow(),
                () -> store.advance("k", 34).orElseThrow());
        for (Runnable write : writes) {
            write.run();
            assertThat(livesFor(entity)).isBetween(TTL.dividedBy(2), TTL);
            expireSoon(entity);
        }
        store.set("k", 33, "late");
        store.setFields("k", 33, Map.of("a", "late"));
        store.delete("k", 33);
        assertThat(livesFor(entity)).isBetween(Duration.ofMillis(1), Duration.ofMinutes(1));
        store.append("k", 34, Map.of("a", "v")).orElseThrow();
        assertThat(livesFor(store.streamKey("k"))).isBetween(TTL.dividedBy(2), TTL);
        expireSoon(store.streamKey("k"));
        store.append("k", 33, Map.of("a", "late"));
        assertThat(livesFor(store.streamKey("k"))).isBetween(Duration.ofMillis(1), Duration.ofMinutes(1));
        store.append("k", 34, 7, Map.of("a", "v")).orElseThrow();
        assertThat(livesFor(store.streamKey("k"))).isBetween(TTL.dividedBy(2), TTL);
    }

    @Test
    void anEntryWithANumberIsThereOnceHoweverOftenItIsSent() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("a", "1");
        fields.put("b", "2");
        Map<String, String> inAnotherOrder = new LinkedHashMap<>();
        inAnotherOrder.put("b", "2");
        inAnotherOrder.put("a", "1");
        store.append("k", 34, 5, fields).orElseThrow();
        store.append("k", 34, 5, fields).orElseThrow();
        store.append("k", 34, 5, inAnotherOrder).orElseThrow();
        store.append("k", 34, 9, fields).orElseThrow();
        store.append("k", 34, 5, fields).orElseThrow();
        store.append("k", 34, fields).orElseThrow();
        assertThat(ids("k")).containsExactly("34-5", "34-9", "34-10");
        store.append("k", 35, 0, fields).orElseThrow();
        assertThat(store.append("k", 34, 5, fields)).isEqualTo(new FencedWrite.Stale(35));
        assertThat(stream("k"))
                .allMatch(entry -> entry.getBody().equals(fields))
                .hasSize(4);
    }

    @Test
    void anEntryOutOfTurnIsRefused() {
        store.append("k", 34, 5, Map.of("a", "1", "b", "2")).orElseThrow();
        store.append("k", 34, 7, Map.of("a", "1")).orElseThrow();
        String message = "sequence: the token has a later entry, or another with this sequence number";
        List<Map<String, String>> others = List.of(
                Map.of("a", "1", "b", "3"),
                Map.of("a", "1", "c", "2"),
                Map.of("a", "1"),
                Map.of("a", "1", "b", "2", "c", "3"));
        for (Map<String, String> other : others) {
            assertThatThrownBy(() -> store.append("k", 34, 5, other))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(message);
        }
        assertThatThrownBy(() -> store.append("k", 34, 6, Map.of("a", "1"))).hasMessage(message);
        assertThatThrownBy(() -> store.append("k", 34, 0, Map.of("a", "1"))).hasMessage(message);
        assertThat(ids("k")).containsExactly("34-5", "34-7");
    }

    @Test
    void aTrimmedStreamKeepsItsFence() {
        FencedStore<String> small =
                store(redis, FencedStoreOptions.builder(TTL).maxEntries(10).build());
        IntStream.range(0, 500)
                .forEach(i -> small.append("k", 34, Map.of("a", "" + i)).orElseThrow());
        List<String> kept = ids("k");
        assertThat(kept).hasSizeBetween(10, 110).last().isEqualTo("34-499");
        admin(c -> c.xdel(store.streamKey("k"), kept.toArray(String[]::new)));
        assertThat(stream("k")).isEmpty();
        assertThat(store.append("k", 33, Map.of("a", "late"))).isEqualTo(new FencedWrite.Stale(34));
        assertThat(store.append("k", 34, 500, Map.of("a", "v"))).isEqualTo(WRITTEN);
        assertThat(ids("k")).containsExactly("34-500");
    }

    /** A thousand fields pass through Lua's stack. */
    @Test
    void manyFieldsAtOnce() {
        Map<String, String> fields = new LinkedHashMap<>();
        IntStream.range(0, 1_000).forEach(i -> fields.put("field " + i, "value " + i));
        store.setFields("k", 1, fields).orElseThrow();
        assertThat(store.getFields("k")).isEqualTo(fields);
        store.append("k", 1, 0, fields).orElseThrow();
        store.append("k", 1, 0, fields).orElseThrow();
        assertThat(stream("k")).hasSize(1).allMatch(entry -> entry.getBody().equals(fields));
    }

    @Test
    void aFullServerRefusesWritesWholeAndStillDeletes() {
        store.set("k", 33, "v").orElseThrow();
        store.append("k", 33, Map.of("a", "v")).orElseThrow();
        MemoryLimit full = deployment.fillMemory();
        assertThatThrownBy(() -> store.set("k", 34, "w")).hasMessageContaining("OOM");
        assertThatThrownBy(() -> store.setFields("k", 34, Map.of("a", "w"))).hasMessageContaining("OOM");
        assertThatThrownBy(() -> store.append("k", 34, Map.of("a", "w"))).hasMessageContaining("OOM");
        assertThat(entity("k")).isEqualTo(Map.of("fence", "33", "value", "v"));
        assertThat(ids("k")).containsExactly("33-0");
        assertThat(store.delete("k", 34)).isEqualTo(WRITTEN);
        full.close();
        assertThat(store.set("k", 33, "late")).isEqualTo(new FencedWrite.Stale(34));
    }

    @Test
    void writesGoOnAfterTheScriptsAreForgotten() {
        store.set("k", 34, "v").orElseThrow();
        deployment.flushScripts();
        assertThat(store.set("k", 33, "late").isWritten()).isFalse();
        store.set("k", 35, "w").orElseThrow();
        assertThat(store.get("k")).isEqualTo("w");
    }

    @Test
    void outcomesAreCounted() {
        store.set("k", 34, "v");
        Sync.await(store.setAsync("k", 34, "v"));
        store.delete("k", 33);
        assertThat(registry.counter("redis.patterns.locks.fenced.writes", "outcome", "written")
                        .count())
                .isEqualTo(2);
        assertThat(registry.counter("redis.patterns.locks.fenced.writes", "outcome", "stale")
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aFenceThatCannotBeReadIsATypedErrorAndIsLeftAlone() {
        List<String> corrupt = List.of(
                "",
                "0",
                "-5",
                "007",
                "1.5",
                "nan",
                "inf",
                "0x10",
                "1e3",
                " 7",
                "7 ",
                "7\n",
                "x",
                "9223372036854775808",
                "100000000000000000000");
        for (String fence : corrupt) {
            Map<String, String> hash = Map.of("fence", fence, "value", "v");
            admin(c -> c.hset(keys.key("k"), hash));
            expireSoon(keys.key("k"));
            refusesToWrite(fence);
            assertThat(entity("k")).isEqualTo(hash);
        }
    }

    @Test
    void aHashWithoutAFenceIsNoEntity() {
        Map<String, String> foreign = Map.of("value", "foreign", "f:a", "foreign");
        admin(c -> c.hset(keys.key("k"), foreign));
        expireSoon(keys.key("k"));
        refusesToWrite("none");
        assertThatThrownBy(() -> store.get("k")).isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> store.getFields("k")).isInstanceOf(CodecException.class);
        assertThat(entity("k")).isEqualTo(foreign);
    }

    private void refusesToWrite(String as) {
        for (long token : new long[] {7, Long.MAX_VALUE}) {
            List<Runnable> writes = List.of(
                    () -> store.set("k", token, "w"),
                    () -> store.setFields("k", token, Map.of("a", "w")),
                    () -> store.delete("k", token),
                    () -> store.advance("k", token));
            for (Runnable write : writes) {
                assertThatThrownBy(write::run).as(as).isInstanceOf(CodecException.class);
            }
        }
    }
}
