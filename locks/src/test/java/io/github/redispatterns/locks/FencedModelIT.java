package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.locks.FencedModel.Result;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Every script against a model in plain Java: seeded random writes of holders old and new to three keys. */
@RedisTest
class FencedModelIT extends FencedBench {

    private static final int STEPS = FullLength.of(2_500, 10_000);
    private static final long SEED = 20_261_122;
    private static final int LOOKED_AT = 3;

    private final Random random = new Random(SEED);
    private final Map<String, Integer> results = new TreeMap<>();

    @Test
    void theScriptsDoWhatTheModelDoes() {
        Map<String, FencedModel> models = new HashMap<>();
        for (int step = 0; step < STEPS; step++) {
            String as = "seed " + SEED + ", step " + step;
            String key = "k" + random.nextInt(3);
            FencedModel model = models.computeIfAbsent(key, name -> new FencedModel());
            step(as, key, model);
            compare(as, key, model);
        }
        String[] writes = {"set", "setFields", "delete", "advance", "append", "appendNumbered"};
        for (String write : writes) {
            assertThat(results.get(write + " " + Result.WRITTEN)).as(write).isGreaterThan(STEPS / 50);
            assertThat(results.get(write + " " + Result.STALE)).as(write).isGreaterThan(STEPS / 100);
        }
        assertThat(results.get("appendNumbered " + Result.REPEATED)).isGreaterThan(STEPS / 100);
        assertThat(results.get("appendNumbered " + Result.OUT_OF_TURN)).isGreaterThan(STEPS / 100);
    }

    private void step(String as, String key, FencedModel model) {
        long token = token(model.fence());
        long streamToken = token(model.streamFence());
        String value = "v" + random.nextInt(3);
        Map<String, String> fields = fields();
        switch (random.nextInt(14)) {
            case 0, 1 -> same(as, "set", model.set(token, value), () -> store.set(key, token, value));
            case 2, 3 ->
                same(as, "setFields", model.setFields(token, fields), () -> store.setFields(key, token, fields));
            case 4 -> same(as, "delete", model.delete(token), () -> store.delete(key, token));
            case 5 -> same(as, "advance", model.setFields(token, Map.of()), () -> store.advance(key, token));
            case 6, 7 ->
                same(as, "append", model.append(streamToken, fields), () -> store.append(key, streamToken, fields));
            case 8, 9, 10 -> appendNumbered(as, key, model, streamToken, sequence(model.lastSequence()), fields);
            case 11 -> // as the last one was sent, for the most part
                appendNumbered(
                        as,
                        key,
                        model,
                        Math.max(1, model.streamFence()),
                        Math.max(0, model.lastSequence()),
                        random.nextInt(4) == 0 ? fields : model.lastFields().orElse(fields));
            case 12 -> {
                admin(c -> c.del(keys.key(key)));
                admin(c -> c.del(store.streamKey(key)));
                model.expire();
            }
            default -> {
                if (random.nextInt(5) == 0) {
                    admin(c -> c.xtrim(store.streamKey(key), 0));
                    model.trim();
                }
            }
        }
    }

    private void appendNumbered(
            String as, String key, FencedModel model, long token, long sequence, Map<String, String> fields) {
        same(
                as,
                "appendNumbered",
                model.append(token, sequence, fields),
                () -> store.append(key, token, sequence, fields));
    }

    private void same(String as, String write, Result expected, Supplier<FencedWrite> call) {
        Result found;
        try {
            found = call.get().isWritten() ? Result.WRITTEN : Result.STALE;
        } catch (IllegalStateException e) {
            assertThat(e).as(as).hasMessageStartingWith("sequence: ");
            found = Result.OUT_OF_TURN;
        }
        assertThat(found).as(as + ", " + write).isEqualTo(expected == Result.REPEATED ? Result.WRITTEN : expected);
        results.merge(write + " " + expected, 1, Integer::sum);
    }

    private void compare(String as, String key, FencedModel model) {
        assertThat(entity(key)).as(as).isEqualTo(model.hash());
        long length = this.<Long>admin(c -> c.xlen(store.streamKey(key)));
        assertThat(length).as(as).isEqualTo(model.entries().size());
        List<StreamMessage<String, String>> last =
                admin(c -> c.xrevrange(store.streamKey(key), Range.unbounded(), Limit.from(LOOKED_AT)));
        for (StreamMessage<String, String> entry : last) {
            assertThat(model.entries()).as(as).containsEntry(entry.getId(), entry.getBody());
        }
        if (model.fence() > 0) {
            assertThat(livesFor(keys.key(key))).as(as).isBetween(MEMORY.dividedBy(2), TTL);
        }
        if (model.streamFence() > 0) {
            assertThat(livesFor(store.streamKey(key))).as(as).isBetween(TTL.dividedBy(2), TTL);
        }
    }

    /** Mostly about as high as the highest seen; else from the edges where digits or exactness change, or anywhere. */
    private long token(long highest) {
        long edge = BigInteger.TEN.pow(1 + random.nextInt(18)).longValueExact();
        long wanted = switch (random.nextInt(12)) {
            case 0 -> edge + random.nextInt(3) - 1;
            case 1 -> (1L << 53) + random.nextInt(3) - 1;
            case 2 -> Long.MAX_VALUE - random.nextInt(3);
            case 3 -> random.nextLong() >>> (1 + random.nextInt(63));
            case 4 -> highest * 10;
            case 5 -> highest / 10;
            default -> highest + random.nextInt(5) - 2;
        };
        return wanted <= 0 ? 1 + random.nextInt(12) : wanted;
    }

    private long sequence(long last) {
        long wanted = switch (random.nextInt(8)) {
            case 0 -> random.nextInt(12);
            case 1 -> last + random.nextInt(1_000);
            case 2 -> random.nextInt(50) == 0 ? Long.MAX_VALUE : 9 + random.nextInt(3);
            default -> last + random.nextInt(4) - 2;
        };
        return wanted < 0 ? random.nextInt(3) : wanted;
    }

    private Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("a", "" + random.nextInt(2));
        if (random.nextInt(3) == 0) {
            fields.put(random.nextBoolean() ? "fence" : "value", "b");
        }
        return fields;
    }
}
