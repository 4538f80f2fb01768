package io.github.redispatterns.lab.ratelimit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.equipment.Parent;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.Limit;
import io.github.redispatterns.ratelimit.RateLimiter;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The main class of a gateway that counts each user's first call, by both answers, and is killed then. */
public final class KilledGateway {

    /** Counts for the naive answer, up to the step that comes before EXPIRE. */
    static final String COUNT = "count";

    /** Counts for the recipe. */
    static final String TAKE = "take";

    /**
     * What it needs to know.
     *
     * @param site where the limits are
     * @param users how many
     * @param permits how many calls each may make in a period
     * @param periodMillis how long that is, ms
     */
    record Setup(Site site, int users, int permits, long periodMillis) {}

    private final Setup setup;
    private final Redis redis;
    private final RateLimiter limiter;

    private KilledGateway(Setup setup) {
        this.setup = setup;
        this.redis = setup.site().open();
        this.limiter = limiter(redis, setup.site(), Limit.of(setup.permits(), Duration.ofMillis(setup.periodMillis())));
        limiter.tryAcquire("warm up"); // the first one takes a JVM long
    }

    static RateLimiter limiter(Redis redis, Site site, Limit limit) {
        return RateLimiter.create(redis, site.recipeKeys(), Algorithm.FIXED_WINDOW, limit);
    }

    /**
     * Serves its parent.
     *
     * @param args none
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        Parent.serve(new Session());
    }

    private static final class Session implements Parent.Session {

        private @Nullable KilledGateway gateway;

        @Override
        public String answer(String request) throws Exception {
            KilledGateway ready = gateway;
            if (ready == null) {
                gateway = new KilledGateway(new ObjectMapper().readValue(request, Setup.class));
            } else if (request.equals(COUNT)) {
                ready.count();
            } else if (request.equals(TAKE)) {
                ready.take();
            } else {
                ready.expire();
            }
            return Parent.OK;
        }
    }

    private void count() {
        for (int i = 0; i < setup.users(); i++) {
            String key = setup.site().naiveKeys().key(ImmortalKey.user(i));
            if (redis.<Long>execute(commands -> commands.incr(key)) != 1) {
                throw new IllegalStateException("A user has made calls before");
            }
        }
    }

    private void take() {
        for (int i = 0; i < setup.users(); i++) {
            if (!limiter.tryAcquire(ImmortalKey.user(i)).allowed()) {
                throw new IllegalStateException("A user's first call is refused");
            }
        }
    }

    /** What it would do next, and is never asked for in time. */
    private void expire() {
        for (int i = 0; i < setup.users(); i++) {
            String key = setup.site().naiveKeys().key(ImmortalKey.user(i));
            redis.<Boolean>execute(commands -> commands.pexpire(key, setup.periodMillis()));
        }
    }
}
