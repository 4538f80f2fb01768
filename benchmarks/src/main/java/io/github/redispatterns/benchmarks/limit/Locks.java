package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.locking.ContendedLock;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/**
 * The least that a lock costs, acquire and release, each caller its own: {@code SET NX PX}, and a script that deletes what
 * is still its owner's.
 */
public final class Locks {

    private static final SetArgs IF_FREE = SetArgs.Builder.nx().px(Duration.ofSeconds(30));

    /** One for all leases: to make a new one each time costs no command, and is not the limit's business. */
    private static final byte[] TOKEN = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);

    private Locks() {}

    /**
     * Through plain Lettuce.
     *
     * @return the contender
     */
    public static Contender raw() {
        return Contender.of(Contender.RAW, Raw::new);
    }

    /**
     * Through our handle.
     *
     * @return the contender
     */
    public static Contender handle() {
        return Contender.of(Contender.HANDLE, Handle::new);
    }

    /**
     * Through plain Lettuce, for callers who want the same lock: as guides have it, by trying again after a random pause.
     *
     * @return the lock
     */
    public static ContendedLock polled() {
        return new ContendedLock(Contender.RAW, Contender.DEFAULT, PolledLock::new);
    }

    private static final class Raw extends RawSubject {

        private final String[] keys;
        private final String release;

        Raw(Place place) {
            super(place);
            keys = Entries.keys(place);
            release = sync.scriptLoad(LuaFile.LOCK_RELEASE.source());
        }

        @Override
        public void call(int thread) {
            String key = keys[thread];
            acquire(key);
            Granted.check(sync.<Boolean>evalsha(release, ScriptOutputType.BOOLEAN, new String[] {key}, TOKEN));
        }

        private void acquire(String key) {
            Granted.check("OK".equals(sync.set(key, TOKEN, IF_FREE)));
        }

        @Override
        public void populate() {
            acquire(keys[0]);
        }
    }

    private static final class Handle extends HandleSubject {

        private final String[] keys;
        private final String release;

        Handle(Place place) {
            super(place);
            keys = Entries.keys(place);
            release = redis.execute(c -> c.scriptLoad(LuaFile.LOCK_RELEASE.source()));
        }

        @Override
        public void call(int thread) {
            String key = keys[thread];
            acquire(key);
            Granted.check(redis.execute(
                    Redis.KEYS_AND_BYTES,
                    c -> c.<Boolean>evalsha(release, ScriptOutputType.BOOLEAN, new String[] {key}, TOKEN)));
        }

        private void acquire(String key) {
            String reply = redis.execute(Redis.KEYS_AND_BYTES, c -> c.set(key, TOKEN, IF_FREE));
            Granted.check("OK".equals(reply));
        }

        @Override
        public void populate() {
            acquire(keys[0]);
        }
    }
}
