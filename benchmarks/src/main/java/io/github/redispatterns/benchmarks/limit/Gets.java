package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.Redis;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code GET} of an entry that is there. */
public final class Gets {

    private Gets() {}

    /**
     * Through plain Lettuce.
     *
     * @return the contender, for every load
     */
    public static Contender raw() {
        return Contender.of(Contender.RAW, Raw::new).and(Load.Kind.WINDOW).and(Load.Kind.BATCH);
    }

    /**
     * Through our handle.
     *
     * @return the contender
     */
    public static Contender handle() {
        return Contender.of(Contender.HANDLE, Handle::new).and(Load.Kind.WINDOW);
    }

    private static final class Raw extends RawSubject {

        private final String[] keys;

        Raw(Place place) {
            super(place);
            keys = Entries.keys(place);
            for (String key : keys) {
                sync.set(key, Entries.value(), Entries.TTL);
            }
        }

        @Override
        public void call(int thread) {
            check(sync.get(keys[thread]));
        }

        @Override
        public CompletionStage<?> callAsync() {
            return async.get(keys[0]);
        }

        @Override
        public void check(@Nullable Object reply) {
            Entries.check(reply);
        }
    }

    private static final class Handle extends HandleSubject {

        private final String[] keys;

        Handle(Place place) {
            super(place);
            keys = Entries.keys(place);
            for (String key : keys) {
                redis.execute(Redis.KEYS_AND_BYTES, c -> c.set(key, Entries.value(), Entries.TTL));
            }
        }

        @Override
        public void call(int thread) {
            String key = keys[thread];
            check(redis.execute(Redis.KEYS_AND_BYTES, c -> c.get(key)));
        }

        @Override
        public CompletionStage<?> callAsync() {
            return redis.executeAsync(Redis.KEYS_AND_BYTES, c -> c.get(keys[0]));
        }

        @Override
        public void check(@Nullable Object reply) {
            Entries.check(reply);
        }
    }
}
