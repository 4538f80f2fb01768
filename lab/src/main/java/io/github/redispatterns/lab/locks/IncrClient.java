package io.github.redispatterns.lab.locks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.equipment.Parent;
import io.github.redispatterns.locks.DistributedLock;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The main class of a client that takes locks, by both answers, and is killed then. */
public final class IncrClient {

    /** Takes all naive locks, up to the step that comes before EXPIRE. */
    static final String INCR = "incr";

    /** Takes all others. */
    static final String ACQUIRE = "acquire";

    /**
     * What it needs to know.
     *
     * @param site where the locks are
     * @param locks how many
     * @param ttlMillis their time to live, ms
     */
    record Setup(Site site, int locks, long ttlMillis) {}

    private final Setup setup;
    private final Redis redis;
    private final DistributedLock lock;

    private IncrClient(Setup setup) {
        this.setup = setup;
        this.redis = setup.site().open();
        this.lock = DistributedLock.create(redis, setup.site().recipeKeys());
        lock.tryAcquire("warm-up", Duration.ofMinutes(1)).orElseThrow().close(); // the first one takes a JVM long
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

        private @Nullable IncrClient client;

        @Override
        public String answer(String request) throws Exception {
            IncrClient ready = client;
            if (ready == null) {
                client = new IncrClient(new ObjectMapper().readValue(request, Setup.class));
            } else if (request.equals(INCR)) {
                ready.incr();
            } else if (request.equals(ACQUIRE)) {
                ready.acquire();
            } else {
                ready.expire();
            }
            return Parent.OK;
        }
    }

    private void incr() {
        for (int i = 0; i < setup.locks(); i++) {
            String key = setup.site().naiveKeys().key(IncrLock.seat(i));
            if (redis.<Long>execute(commands -> commands.incr(key)) != 1) {
                throw new IllegalStateException("A lock is not free at first");
            }
        }
    }

    private void acquire() {
        for (int i = 0; i < setup.locks(); i++) {
            lock.tryAcquire(IncrLock.seat(i), Duration.ofMillis(setup.ttlMillis()))
                    .orElseThrow();
        }
    }

    /** What it would do next, and is never asked for in time. */
    private void expire() {
        for (int i = 0; i < setup.locks(); i++) {
            String key = setup.site().naiveKeys().key(IncrLock.seat(i));
            redis.<Boolean>execute(commands -> commands.pexpire(key, setup.ttlMillis()));
        }
    }
}
