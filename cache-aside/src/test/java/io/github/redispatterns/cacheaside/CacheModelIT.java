package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.FrozenTime;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * Every script against a model in plain Java, under a server clock that the test moves: seeded random steps of five
 * loads, a writer and two waiters on one key, compared byte for byte.
 */
@RedisTest
class CacheModelIT {

    private static final int STEPS = 10_000;
    private static final int LOADS = 5;
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Lifetime LIFE = new Lifetime(60_000, 600_000);

    @Parameter
    RedisDeployment deployment;

    private final FrozenTime clock = FrozenTime.atMicros(1_800_000_000_123_456L);
    private AclUser user;
    private Redis redis;
    private Redis admin;

    @BeforeEach
    void open(TestKeys keys) {
        user = Handles.leastPrivileged(deployment, keys);
        redis = Handles.open(
                deployment, user, RedisOptions.builder().scriptHook(new ScriptHook(clock::rewrite, clock::argument)));
        admin = Handles.admin(deployment);
    }

    @AfterEach
    void close() {
        redis.close();
        admin.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void theScriptsDoWhatTheModelDoes(TestKeys keys) {
        CacheStore store = new CacheStore(redis, KeySpace.of(keys.prefix()));
        String name = KeySpace.of(keys.prefix()).key("k");
        byte[][] waiters = {"aaaaaaaa".getBytes(StandardCharsets.UTF_8), CacheRecord.newId()};
        long seed = 20_261_122;
        Random random = new Random(seed);
        byte[][] ids = new byte[LOADS][];
        Arrays.setAll(ids, i -> CacheRecord.newId());
        CacheModel model = new CacheModel();
        for (int step = 0; step < STEPS; step++) {
            String as = "seed " + seed + ", step " + step;
            byte[] before = model.record();
            byte[] id = before != null && random.nextBoolean() ? CacheRecord.id(before) : ids[random.nextInt(LOADS)];
            long now = TimeUnit.MICROSECONDS.toMillis(clock.micros());
            switch (random.nextInt(10)) {
                case 0, 1 -> { // lease, now and then replacing an unreadable value
                    byte[] unreadable = before != null && random.nextInt(6) == 0 ? before : new byte[0];
                    byte[] found = Sync.await(store.lease("k", id, LEASE, unreadable));
                    assertThat(found).as(as).isEqualTo(model.lease(id, unreadable) ? null : before);
                }
                case 2, 3 -> { // fill
                    byte[] value = random.nextInt(4) == 0 ? null : new byte[] {(byte) random.nextInt(3)};
                    long load = random.nextInt(Integer.MAX_VALUE);
                    boolean stored = Sync.<Boolean>await(store.fill("k", id, value, LIFE, load));
                    assertThat(stored).as(as).isEqualTo(model.fill(id, value, LIFE.softMillis(), load, now));
                }
                case 4 ->
                    assertThat(Sync.<Boolean>await(store.release("k", id)))
                            .as(as)
                            .isEqualTo(model.release(id));
                case 5 -> { // refresh, mostly of what is there
                    byte[] seen = before != null && CacheRecord.isEntry(before) && random.nextInt(5) > 0
                            ? CacheRecord.id(before)
                            : ids[random.nextInt(LOADS)];
                    boolean granted = Sync.<Boolean>await(store.refresh("k", seen, id, LEASE));
                    assertThat(granted).as(as).isEqualTo(model.refresh(seen, id, LEASE.toMillis(), now));
                }
                case 6 -> {
                    byte[] waiter = waiters[random.nextInt(waiters.length)];
                    CacheStore.Awaited awaited = Sync.await(store.await("k", waiter));
                    model.await(waiter);
                    assertThat(awaited.record()).as(as).isEqualTo(before);
                    assertThat(awaited.expiresInMillis() > 0).as(as).isEqualTo(before != null);
                }
                case 7 -> {
                    assertThat(Sync.<Boolean>await(store.claim("k", id, LEASE)))
                            .as(as)
                            .isTrue();
                    model.claim(id);
                }
                case 8 -> {
                    boolean removed = Sync.<Boolean>await(store.invalidate("k"));
                    assertThat(removed).as(as).isEqualTo(model.invalidate());
                }
                default -> { // the next load of this caller, some time later
                    ids[random.nextInt(LOADS)] = CacheRecord.newId();
                    clock.advance(Duration.ofMillis(random.nextInt(200_000)));
                }
            }
            assertThat(Sync.await(store.read("k"))).as(as).isEqualTo(model.record());
            if (model.record() != null) {
                long livesMillis = Sync.<Long>await(admin.commands().pttl(name));
                long longest = CacheRecord.isLease(model.record()) ? LEASE.toMillis() : LIFE.ttlMillis();
                assertThat(livesMillis).as(as).isBetween(longest / 2, longest);
            }
        }
        assertThat(model.fills())
                .as("fills that stored, of a lease and of an entry")
                .allMatch(count -> count > 30);
    }
}
