package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.ScriptOutputType;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code EVALSHA} of a script that returns 1: the very same text for all, so that the server does the same. */
public final class Scripts {

    /** What rows call {@link #script()}. */
    public static final String OURS = "script";

    private static final Long REPLY = 1L;

    private Scripts() {}

    /**
     * Through plain Lettuce.
     *
     * @return the contender, for every load
     */
    public static Contender raw() {
        return Contender.of(Contender.RAW, Raw::new).and(Load.Kind.WINDOW).and(Load.Kind.BATCH);
    }

    /**
     * As a command through our handle.
     *
     * @return the contender
     */
    public static Contender handle() {
        return Contender.of(Contender.HANDLE, Handle::new).and(Load.Kind.WINDOW);
    }

    /**
     * As one of our {@code LuaScript}s.
     *
     * @return the contender
     */
    public static Contender script() {
        return Contender.of(OURS, Ours::new).and(Load.Kind.WINDOW);
    }

    private static void checkRan(@Nullable Object reply) {
        if (!REPLY.equals(reply)) {
            throw new IllegalStateException("The script did not run");
        }
    }

    private static final class Raw extends RawSubject {

        private final String digest;

        Raw(Place place) {
            super(place);
            digest = sync.scriptLoad(LuaFile.ONE_RETURN.source());
        }

        @Override
        public void call(int thread) {
            check(sync.<Long>evalsha(digest, ScriptOutputType.INTEGER));
        }

        @Override
        public CompletionStage<?> callAsync() {
            return async.evalsha(digest, ScriptOutputType.INTEGER);
        }

        @Override
        public void check(@Nullable Object reply) {
            checkRan(reply);
        }
    }

    private static final class Handle extends HandleSubject {

        private final String digest;

        Handle(Place place) {
            super(place);
            digest = redis.execute(c -> c.scriptLoad(LuaFile.ONE_RETURN.source()));
        }

        @Override
        public void call(int thread) {
            check(redis.execute(Redis.KEYS_AND_BYTES, c -> c.<Long>evalsha(digest, ScriptOutputType.INTEGER)));
        }

        @Override
        public CompletionStage<?> callAsync() {
            return redis.executeAsync(Redis.KEYS_AND_BYTES, c -> c.<Long>evalsha(digest, ScriptOutputType.INTEGER));
        }

        @Override
        public void check(@Nullable Object reply) {
            checkRan(reply);
        }
    }

    private static final class Ours extends HandleSubject {

        private final LuaScript<Long> script = LuaScript.integer(Scripts.class, LuaFile.ONE_RETURN.path());

        Ours(Place place) {
            super(place);
        }

        @Override
        public void call(int thread) {
            check(script.on(redis).run());
        }

        @Override
        public CompletionStage<?> callAsync() {
            return script.on(redis).runAsync();
        }

        @Override
        public void check(@Nullable Object reply) {
            checkRan(reply);
        }
    }
}
