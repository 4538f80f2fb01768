package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Every script against a model in plain Java: seeded random steps of five loads and a writer on one key. */
@RedisTest
class CacheModelIT {

    private static final int STEPS = 5_000;
    private static final int LOADS = 5;
    private static final Duration TIME = Duration.ofMinutes(5);

    @Parameter
    RedisDeployment deployment;

    private AclUser user;
    private Redis redis;
    private Redis admin;

    @BeforeEach
    void open(TestKeys keys) {
        user = Handles.leastPrivileged(deployment, keys);
        redis = Handles.open(deployment, user);
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
        long seed = 20_261_121;
        Random random = new Random(seed);
        byte[][] leases = new byte[LOADS][];
        Arrays.setAll(leases, i -> CacheRecord.newLease());
        byte[] state = null; // what stands at the key
        for (int step = 0; step < STEPS; step++) {
            int load = random.nextInt(LOADS);
            String as = "seed " + seed + ", step " + step;
            switch (random.nextInt(7)) {
                case 0, 1 -> { // lease, now and then replacing an unreadable value
                    boolean replace = state != null && random.nextInt(4) == 0;
                    byte[] found = Sync.await(store.lease("k", leases[load], TIME, replace ? state : new byte[0]));
                    boolean free = state == null || replace || Arrays.equals(state, leases[load]);
                    assertThat(found).as(as).isEqualTo(free ? null : state);
                    state = free ? leases[load] : state;
                }
                case 2 -> { // fill
                    byte[] entry = CacheRecord.entry(leases[load], new byte[] {(byte) random.nextInt(3)});
                    boolean stored = Sync.<Boolean>await(store.fill("k", leases[load], entry, TIME));
                    boolean held = Arrays.equals(state, leases[load]);
                    assertThat(stored).as(as).isEqualTo(held || Arrays.equals(state, entry));
                    state = held ? entry : state;
                }
                case 3 -> { // release
                    boolean released = Sync.<Boolean>await(store.release("k", leases[load]));
                    boolean held = Arrays.equals(state, leases[load]);
                    assertThat(released).as(as).isEqualTo(held);
                    state = held ? null : state;
                }
                case 4 -> { // put
                    state = CacheRecord.entry(new byte[] {(byte) step});
                    assertThat(Sync.<Long>await(store.put("k", state, TIME)))
                            .as(as)
                            .isEqualTo(1);
                }
                case 5 -> { // invalidate
                    long removed = Sync.<Long>await(store.invalidate("k"));
                    assertThat(removed).as(as).isEqualTo(state == null ? 0 : 1);
                    state = null;
                }
                default -> leases[load] = CacheRecord.newLease(); // the next load of this caller
            }
            assertThat(Sync.await(store.read("k"))).as(as).isEqualTo(state);
            if (state != null) {
                long livesMillis = Sync.<Long>await(admin.commands().pttl(name));
                assertThat(livesMillis).as(as).isBetween(TIME.toMillis() / 2, TIME.toMillis());
            }
        }
    }
}
