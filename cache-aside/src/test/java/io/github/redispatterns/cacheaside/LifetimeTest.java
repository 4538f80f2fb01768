package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LifetimeTest {

    @Test
    void jitterOnlyShortensBothTimesByTheSameShare() {
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofSeconds(1))
                .softTtl(Duration.ofMillis(500))
                .jitter(0.5)
                .build();
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 10_000; i++) {
            Lifetime life = Lifetime.draw(options);
            least = Math.min(least, life.ttlMillis());
            most = Math.max(most, life.ttlMillis());
            assertThat(life.softMillis()).isBetween(life.ttlMillis() / 2 - 1, life.ttlMillis() / 2 + 1);
        }
        assertThat(least).isBetween(500L, 520L);
        assertThat(most).isBetween(980L, 1000L);
    }

    @Test
    void jitterNeverDeletes() {
        CacheAsideOptions shortest =
                CacheAsideOptions.builder(Duration.ofMillis(1)).jitter(1).build();
        assertThat(Lifetime.draw(shortest)).isEqualTo(new Lifetime(1, 1));
    }

    @Test
    void theLoadersTimeGoesBeforeTheOptions() {
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(10))
                .softTtl(Duration.ofMinutes(5))
                .negativeTtl(Duration.ofSeconds(3))
                .jitter(0)
                .build();
        assertThat(Lifetime.draw(options, new LoadContext(), false)).isEqualTo(new Lifetime(300_000, 600_000));
        assertThat(Lifetime.draw(options, new LoadContext(), true)).isEqualTo(new Lifetime(3_000, 3_000));
        LoadContext own = new LoadContext().ttl(Duration.ofMinutes(1));
        assertThat(Lifetime.draw(options, own, false)).isEqualTo(new Lifetime(60_000, 60_000));
        assertThat(Lifetime.draw(options, own, true)).isEqualTo(new Lifetime(60_000, 60_000));
        assertThat(Lifetime.draw(options, new LoadContext().doNotStore(), false))
                .isNull();
        CacheAsideOptions forgetful = CacheAsideOptions.builder(Duration.ofMinutes(10))
                .negativeTtl(Duration.ZERO)
                .build();
        assertThat(Lifetime.draw(forgetful, new LoadContext(), true)).isNull();
        assertThat(Lifetime.draw(forgetful, new LoadContext(), false)).isNotNull();
    }
}
