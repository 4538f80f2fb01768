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
     * @param demand which key each call names
     * @return the contender
     */
    public static Contender raw(PermitDemand demand) {
        return Contender.of(Contender.RAW, place -> new Raw(place, demand)).and(Load.Kind.WINDOW);
    }

    /**
     * Through our handle.
     *
     * @param demand which key each call names
     * @return the contender
     */
    public static Contender handle(PermitDemand demand) {
        return Contender.of(Contender.HANDLE, place -> new Handle(place, demand))
                .and(Load.Kind.WINDOW);
    }

    private static final class Raw extends RawSubject {

        private final PermitDemand demand;
        private final List<String> names;
        private final String grant;

        Raw(Place place, PermitDemand demand) {
            super(place);
            this.demand = demand;
            this.names = demand.names(place);
            this.grant = sync.scriptLoad(LuaFile.ONE_RETURN.source());
        }

        @Override
        public void call(int thread) {
            check(sync.<Boolean>evalsha(grant, ScriptOutputType.BOOLEAN, names.get(demand.next())));
        }

        @Override
        public CompletionStage<?> callAsync() {
            return async.<Boolean>evalsha(grant, ScriptOutputType.BOOLEAN, names.get(demand.next()));
        }

        @Override
        public void check(@Nullable Object reply) {
            Granted.check(reply);
        }
    }

    private static final class Handle extends HandleSubject {

        private final PermitDemand demand;
        private final List<String> names;
        private final String grant;

        Handle(Place place, PermitDemand demand) {
            super(place);
            this.demand = demand;
            this.names = demand.names(place);
            this.grant = redis.execute(c -> c.scriptLoad(LuaFile.ONE_RETURN.source()));
        }

        @Override
        public void call(int thread) {
            String name = names.get(demand.next());
            check(redis.execute(Redis.KEYS_AND_BYTES, c -> c.<Boolean>evalsha(grant, ScriptOutputType.BOOLEAN, name)));
        }

        @Override
        public CompletionStage<?> callAsync() {
            String name = names.get(demand.next());
            return redis.executeAsync(
                    Redis.KEYS_AND_BYTES, c -> c.<Boolean>evalsha(grant, ScriptOutputType.BOOLEAN, name));
        }

        @Override
        public void check(@Nullable Object reply) {
            Granted.check(reply);
        }
    }
}
