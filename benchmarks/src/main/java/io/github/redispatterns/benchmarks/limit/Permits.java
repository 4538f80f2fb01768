package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.ScriptOutputType;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The least that a limiter of one round trip costs: the script of {@link Scripts} with a key, which grants without a look
 * and leaves nothing behind.
 */
public final class Permits {

    private Permits() {}

    /**
     * Through plain Lettuce.
     *
     * @param keys which key each call names
     * @return the contender
     */
    public static Contender raw(PermitKeys keys) {
        return Contender.of(Contender.RAW, place -> new Raw(place, keys)).and(Load.Kind.WINDOW);
    }

    /**
     * Through our handle.
     *
     * @param keys which key each call names
     * @return the contender
     */
    public static Contender handle(PermitKeys keys) {
        return Contender.of(Contender.HANDLE, place -> new Handle(place, keys)).and(Load.Kind.WINDOW);
    }

    private static final class Raw extends RawSubject {

        private final PermitKeys keys;
        private final List<String> names;
        private final String grant;

        Raw(Place place, PermitKeys keys) {
            super(place);
            this.keys = keys;
            this.names = keys.names(place);
            this.grant = sync.scriptLoad(LuaFile.ONE_RETURN.source());
        }

        @Override
        public void call(int thread) {
            check(sync.<Boolean>evalsha(grant, ScriptOutputType.BOOLEAN, names.get(keys.next())));
        }

        @Override
        public CompletionStage<?> callAsync() {
            return async.<Boolean>evalsha(grant, ScriptOutputType.BOOLEAN, names.get(keys.next()));
        }

        @Override
        public void check(@Nullable Object reply) {
            Granted.check(reply);
        }
    }

    private static final class Handle extends HandleSubject {

        private final PermitKeys keys;
        private final List<String> names;
        private final String grant;

        Handle(Place place, PermitKeys keys) {
            super(place);
            this.keys = keys;
            this.names = keys.names(place);
            this.grant = redis.execute(c -> c.scriptLoad(LuaFile.ONE_RETURN.source()));
        }

        @Override
        public void call(int thread) {
            String name = names.get(keys.next());
            check(redis.execute(Redis.KEYS_AND_BYTES, c -> c.<Boolean>evalsha(grant, ScriptOutputType.BOOLEAN, name)));
        }

        @Override
        public CompletionStage<?> callAsync() {
            String name = names.get(keys.next());
            return redis.executeAsync(
                    Redis.KEYS_AND_BYTES, c -> c.<Boolean>evalsha(grant, ScriptOutputType.BOOLEAN, name));
        }

        @Override
        public void check(@Nullable Object reply) {
            Granted.check(reply);
        }
    }
}
