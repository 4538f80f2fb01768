package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.ImmortalKeys;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XTrimArgs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** {@code cache_follow} against a model that knows what has become of every entry: seeded random steps on one stream. */
@RedisTest
@ImmortalKeys("*-stream")
class StreamFollowModelIT {

    private static final int STEPS = 5_000;
    private static final int LIMIT = 4;

    @Parameter
    RedisDeployment deployment;

    private final long seed = 20_261_122;
    private final Random random = new Random(seed);
    private AclUser user;
    private Redis redis;
    private Redis admin;
    private String stream;

    /** What the stream holds, in order. */
    private final List<Entry> held = new ArrayList<>();

    /** What was added since the position, wherever it is now. */
    private final Set<Entry> unread = new HashSet<>();

    private StreamPosition position = StreamPosition.START;
    private long added;
    private String last = "0-0";
    private boolean madeAnew;
    private long millis = 1;
    private int sequence;

    private record Entry(String id, List<String> values) {}

    @BeforeEach
    void open(TestKeys keys) {
        user = Handles.withEvents(deployment, keys);
        redis = Handles.open(deployment, user);
        admin = Handles.admin(deployment);
        stream = Handles.stream(keys);
    }

    @AfterEach
    void close() {
        redis.close();
        admin.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void itFindsWhatIsThereAndNoticesWhatIsGone() {
        StreamReader reader = new StreamReader(
                redis,
                stream,
                StreamInvalidationOptions.builder().batchSize(LIMIT).build());
        int noticed = 0;
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(24)) {
                case 0 -> trim();
                case 1 -> trimToId();
                case 2 -> {
                    if (random.nextInt(4) == 0) {
                        delete();
                    }
                }
                case 3 -> {
                    if (random.nextInt(10) == 0) {
                        makeAnew();
                    }
                }
                case 4, 5, 6, 7, 8, 9, 10 -> noticed += read(reader, "seed " + seed + ", step " + step);
                default -> add();
            }
        }
        assertThat(noticed).isBetween(50, 1_000);
    }

    /** Their number alone does not tell, and random steps hardly ever make it agree. */
    @Test
    void asManyEntriesUnderSmallerIdsAreAnotherStream() {
        StreamReader reader = new StreamReader(redis, stream, StreamInvalidationOptions.defaults());
        addAs("5-1");
        addAs("5-2");
        StreamPosition end = Sync.await(reader.read(StreamPosition.START)).end();
        assertThat(end).isEqualTo(new StreamPosition("5-2", 2));
        assertThat(Sync.await(reader.read(end)).gone()).isFalse();
        admin.execute(c -> c.del(stream));
        addAs("5-0");
        addAs("5-1");
        StreamBatch another = Sync.await(reader.read(end));
        assertThat(another.gone()).isTrue();
        assertThat(another.end()).isEqualTo(new StreamPosition("5-1", 2));
    }

    private void addAs(String id) {
        admin.execute(c -> c.xadd(stream, new XAddArgs().id(id), "key", "value"));
    }

    private int read(StreamReader reader, String step) {
        StreamBatch batch = Sync.await(reader.read(position));
        List<Entry> after = held.stream()
                .filter(entry -> compare(entry.id, position.id()) > 0)
                .toList();
        List<Entry> expected = after.subList(0, Math.min(LIMIT, after.size()));
        boolean lost = unread.stream().anyMatch(entry -> !held.contains(entry));
        assertThat(batch.end()).as(step).isEqualTo(new StreamPosition(last, added));
        if (!madeAnew && !lost) {
            assertThat(batch.gone()).as(step).isFalse();
        }
        // The one coincidence that its documentation admits.
        boolean looksLikeTheOldOne = madeAnew
                && added - held.size() == position.added()
                && after.size() == held.size()
                && compare(last, position.id()) >= 0;
        if ((madeAnew || lost) && expected.size() < LIMIT && !looksLikeTheOldOne) {
            assertThat(batch.gone()).as(step).isTrue();
        }
        if (!madeAnew && held.isEmpty() && lost) {
            assertThat(batch.gone()).as(step).isTrue();
        }
        boolean trimmedUnread = !madeAnew && added - held.size() > position.added();
        if (trimmedUnread || compare(last, position.id()) < 0) {
            assertThat(batch.gone()).as(step).isTrue(); // at once, however much there is to read
        }
        if (batch.gone()) {
            assertThat(batch.entries()).as(step).isEmpty();
            position = batch.end();
            unread.clear();
            madeAnew = false;
            return 1;
        }
        assertThat(batch.entries().stream()
                        .map(values -> values.stream()
                                .map(value -> new String(value, StandardCharsets.UTF_8))
                                .toList())
                        .toList())
                .as(step)
                .isEqualTo(expected.stream().map(Entry::values).toList());
        unread.removeAll(expected);
        position = batch.next();
        if (batch.reachesEnd()) {
            assertThat(position).as(step).isEqualTo(batch.end());
            unread.clear();
            madeAnew = false;
        } else {
            assertThat(position.id()).as(step).isEqualTo(expected.get(LIMIT - 1).id);
        }
        return 0;
    }

    /** Ids of one and two digits more are compared as numbers, and beyond the 53 bits of a number in Lua. */
    private void add() {
        switch (random.nextInt(4)) {
            case 0 -> millis += random.nextInt(1, 20);
            case 1 -> millis += random.nextInt(100) == 0 ? 1L << 54 : 1;
            default -> sequence++;
        }
        String id = millis + "-" + ++sequence;
        List<String> values = new ArrayList<>();
        List<Object> fields = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            values.add("value " + random.nextInt());
            fields.addAll(List.of("key", values.get(values.size() - 1)));
            if (random.nextBoolean()) {
                fields.addAll(List.of("other", "key"));
            }
        }
        if (fields.isEmpty()) {
            fields.addAll(List.of("other", "key"));
        }
        admin.execute(c -> c.xadd(stream, new XAddArgs().id(id), fields.toArray()));
        Entry entry = new Entry(id, values);
        held.add(entry);
        unread.add(entry);
        added++;
        last = id;
    }

    private void trim() {
        int left = random.nextInt(8);
        admin.execute(c -> c.xtrim(stream, left));
        while (held.size() > left) {
            held.remove(0);
        }
    }

    private void trimToId() {
        String first =
                random.nextBoolean() || held.isEmpty() ? position.id() : held.get(random.nextInt(held.size())).id;
        admin.execute(c -> c.xtrim(stream, XTrimArgs.Builder.minId(first).exactTrimming()));
        held.removeIf(entry -> compare(entry.id, first) < 0);
    }

    private void delete() {
        if (!held.isEmpty()) {
            Entry entry = held.remove(random.nextInt(held.size()));
            admin.execute(c -> c.xdel(stream, entry.id));
        }
    }

    private void makeAnew() {
        admin.execute(c -> c.del(stream));
        held.clear();
        madeAnew |= added > 0;
        added = 0;
        last = "0-0";
        if (random.nextBoolean()) {
            millis = 1;
            sequence = 0;
        }
    }

    private static int compare(String one, String other) {
        String[] a = one.split("-", 2);
        String[] b = other.split("-", 2);
        int millis = Long.compareUnsigned(Long.parseUnsignedLong(a[0]), Long.parseUnsignedLong(b[0]));
        return millis != 0 ? millis : Long.compareUnsigned(Long.parseUnsignedLong(a[1]), Long.parseUnsignedLong(b[1]));
    }
}
