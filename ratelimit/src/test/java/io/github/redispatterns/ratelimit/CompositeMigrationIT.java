package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.SlotMigration;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Several limits, and slots, while their hash slot moves to another master. Only a Cluster has slots to move. */
@RedisTest(topologies = Topology.CLUSTER)
class CompositeMigrationIT extends RateFixture {

    private static final Limit MANY = Limit.of(1_000, Duration.ofHours(1));

    /** Whether the key is there, on its way, or new: it is one. */
    @Test
    void limitsOfOneIdAreDecidedAllTheTime() {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(redis, keys)
                .limit(NamedLimit.of("gcra", Algorithm.GCRA, MANY))
                .limit(NamedLimit.of("window", Algorithm.FIXED_WINDOW, MANY))
                .build());
        Map<String, String> ada = Map.of("id", "ada");
        try (SlotMigration migration =
                deployment.migrateSlot(SlotHash.getSlot(keys.child("id").key("ada")))) {
            assertThat(limiter.tryAcquire(ada, 10).allowed()).isTrue();
            migration.moveKeys(10);
            assertThat(limiter.tryAcquire(ada, 10).allowed()).isTrue();
            limiter.reset(ada);
            assertThat(limiter.tryAcquire(ada, 10).allowed()).isTrue();
            migration.finish();
        }
        assertThat(limiter.tryAcquire(ada, 10).remaining()).isEqualTo(980);
    }

    /** Of several keys some may be there and some not: then nothing is taken, and it is said so by type. */
    @Test
    void limitsOfSeveralThingsAreNotDecidedWhileTheirKeysAreApart() {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(
                        handle(RedisOptions.builder().commandTimeout(Duration.ofMillis(300))), keys)
                .limit(NamedLimit.of("user", Algorithm.GCRA, MANY).per("user"))
                .limit(NamedLimit.of("total", Algorithm.FIXED_WINDOW, MANY).per(NamedLimit.ALL))
                .hashTag("t")
                .build());
        Map<String, String> ada = Map.of("user", "ada");
        Map<String, String> bob = Map.of("user", "bob");
        assertThat(limiter.tryAcquire(ada, 10).allowed()).isTrue();
        try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(keys.key("t")))) {
            assertThat(limiter.tryAcquire(ada, 10).allowed()).isTrue();
            assertThatThrownBy(() -> limiter.tryAcquire(bob, 10)).isInstanceOf(NotExecutedException.class);
            migration.moveKeys(1);
            assertThatThrownBy(() -> limiter.tryAcquire(ada, 10)).isInstanceOf(NotExecutedException.class);
            migration.finish();
        }
        assertThat(limiter.tryAcquire(bob, 10).remaining()).isEqualTo(970);
        assertThat(limiter.tryAcquire(ada, 10).remaining()).isEqualTo(960);
    }

    /** It says nothing against the server, which is not left alone; the fallback decides on those calls alone. */
    @Test
    void whatIsApartIsDecidedByTheFallback() {
        CompositeRateLimiter limiter = closing(CompositeRateLimiter.builder(
                        handle(RedisOptions.builder().meterRegistry(registry).commandTimeout(Duration.ofMillis(300))),
                        keys)
                .limit(NamedLimit.of("user", Algorithm.GCRA, MANY).per("user"))
                .limit(NamedLimit.of("total", Algorithm.FIXED_WINDOW, MANY).per(NamedLimit.ALL))
                .hashTag("t")
                .options(
                        RateLimiterOptions.builder().whenDown(Fallback.closed()).build())
                .build());
        Map<String, String> ada = Map.of("user", "ada");
        Map<String, String> bob = Map.of("user", "bob");
        assertThat(limiter.tryAcquire(ada, 10).allowed()).isTrue();
        try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(keys.key("t")))) {
            assertThat(limiter.tryAcquire(bob, 10).degraded()).isTrue();
            assertThat(limiter.tryAcquire(ada, 10).degraded()).isFalse();
            migration.finish();
        }
        assertThat(limiter.tryAcquire(bob, 10).remaining()).isEqualTo(970);
        assertThat(registry.counter("redis.patterns.ratelimit.outages", "limiter", "default")
                        .count())
                .isZero();
    }

    @Test
    void slotsAreTakenAndGivenBackAllTheTime() {
        ConcurrencyLimiter limiter = ConcurrencyLimiter.create(redis, keys, 3, Duration.ofMinutes(5));
        Slot before = limiter.tryAcquire("ada").slot().orElseThrow();
        try (SlotMigration migration = deployment.migrateSlot(SlotHash.getSlot(keys.key("ada")))) {
            Slot during = limiter.tryAcquire("ada").slot().orElseThrow();
            migration.moveKeys(10);
            assertThat(before.extend()).isTrue();
            assertThat(before.release()).isTrue();
            assertThat(during.release()).isTrue();
            assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(2);
            migration.finish();
        }
        assertThat(limiter.tryAcquire("ada").remaining()).isEqualTo(1);
    }
}
