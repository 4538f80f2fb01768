package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.KeyValue;
import java.util.List;
import java.util.stream.IntStream;

/** {@code MGET} of 100 entries that are there, each caller its own. */
public final class MultiGets {

    private MultiGets() {}

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

    /** By caller. */
    private static List<String[]> keys(Place place) {
        return IntStream.range(0, place.threads())
                .mapToObj(thread -> Entries.names(thread).stream()
                        .map(name -> place.prefix() + ':' + name)
                        .toArray(String[]::new))
                .toList();
    }

    private static void checkAll(List<KeyValue<String, byte[]>> reply) {
        for (KeyValue<String, byte[]> each : reply) {
            Entries.check(each.getValueOrElse(null));
        }
    }

    private static final class Raw extends RawSubject {

        private final List<String[]> keys;

        Raw(Place place) {
            super(place);
            keys = keys(place);
            for (String[] some : keys) {
                for (String key : some) {
                    sync.set(key, Entries.value(), Entries.TTL);
                }
            }
        }

        @Override
        public void call(int thread) {
            checkAll(sync.mget(keys.get(thread)));
        }
    }

    private static final class Handle extends HandleSubject {

        private final List<String[]> keys;

        Handle(Place place) {
            super(place);
            keys = keys(place);
            for (String[] some : keys) {
                for (String key : some) {
                    redis.execute(Redis.KEYS_AND_BYTES, c -> c.set(key, Entries.value(), Entries.TTL));
                }
            }
        }

        @Override
        public void call(int thread) {
            String[] some = keys.get(thread);
            checkAll(redis.execute(Redis.KEYS_AND_BYTES, c -> c.mget(some)));
        }
    }
}
