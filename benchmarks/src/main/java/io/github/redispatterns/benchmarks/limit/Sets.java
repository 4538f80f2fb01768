package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.Redis;
import java.util.concurrent.CompletionStage;

/** {@code SET} of an entry. */
public final class Sets {

    private Sets() {}

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
        private final byte[] value = Entries.value();

        Raw(Place place) {
            super(place);
            keys = Entries.keys(place);
        }

        @Override
        public void call(int thread) {
            sync.set(keys[thread], value);
        }

        @Override
        public CompletionStage<?> callAsync() {
            return async.set(keys[0], value);
        }
    }

    private static final class Handle extends HandleSubject {

        private final String[] keys;
        private final byte[] value = Entries.value();

        Handle(Place place) {
            super(place);
            keys = Entries.keys(place);
        }

        @Override
        public void call(int thread) {
            String key = keys[thread];
            redis.execute(Redis.KEYS_AND_BYTES, c -> c.set(key, value));
        }

        @Override
        public CompletionStage<?> callAsync() {
            return redis.executeAsync(Redis.KEYS_AND_BYTES, c -> c.set(keys[0], value));
        }
    }
}
