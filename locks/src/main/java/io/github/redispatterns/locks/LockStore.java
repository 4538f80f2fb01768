package io.github.redispatterns.locks;

import io.github.redispatterns.core.DedicatedConnection;
import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.ScriptCall;
import io.github.redispatterns.core.Topology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The scripts of the lock that one holds alone. */
final class LockStore implements LeaseStore {

    private static final LuaScript<List<@Nullable Object>> ACQUIRE =
            LuaScript.list(LockStore.class, "locks/lock_acquire.lua");
    private static final LuaScript<List<@Nullable Object>> WATCH =
            LuaScript.list(LockStore.class, "locks/lock_watch.lua");
    private static final LuaScript<Long> EXTEND = LuaScript.integer(LockStore.class, "locks/lock_extend.lua");
    private static final LuaScript<List<@Nullable Object>> RELEASE =
            LuaScript.list(LockStore.class, "locks/lock_release.lua");

    private static final long ALIVE_MILLIS = Queue.ALIVE.toMillis();

    private final Redis redis;
    private final long memoryMillis;
    /** Whether a {@code PUBLISH} hears of all who listen: on a Cluster it counts those of one node. */
    private final int countsAll;

    private volatile Handover handover = Handover.NONE;

    LockStore(Redis redis, LockOptions options) {
        this.redis = redis;
        this.memoryMillis = options.fenceMemory().toMillis();
        this.countsAll = redis.topology() == Topology.CLUSTER ? 0 : 1;
    }

    @Override
    public CompletionStage<Answer> acquire(Request request, String channel) {
        ScriptCall<List<@Nullable Object>> call = ACQUIRE.on(redis)
                .key(request.key())
                .arg(request.token())
                .arg(request.ttlMillis())
                .arg(request.ttlMillis() + memoryMillis);
        if (!channel.equals(NOBODY)) {
            call.arg(channel).arg(countsAll).arg(ALIVE_MILLIS);
        }
        return call.runAsync().thenApply(reply -> Replies.answer(request, reply));
    }

    @Override
    public CompletionStage<Sighting> watch(String key, String channel) {
        return WATCH.on(redis)
                .key(key)
                .arg(channel)
                .arg(ALIVE_MILLIS)
                .runAsync()
                .thenApply(Replies::sighting);
    }

    @Override
    public CompletionStage<Boolean> extend(Request request, Duration ttl) {
        return extending(request, ttl).runAsync().thenApply(reply -> reply == 1);
    }

    @Override
    public boolean replicates() {
        return true;
    }

    @Override
    public CompletionStage<Integer> replicate(
            Request request, DedicatedConnection<byte[], byte[]> connection, int replicas, Duration within) {
        return extending(request, Duration.ZERO)
                .runReplicatedAsync(connection, replicas, within)
                .thenApply(written -> written.reply() == 1 ? written.replicas() : 0);
    }

    private ScriptCall<Long> extending(Request request, Duration ttl) {
        return EXTEND.on(redis)
                .key(request.key())
                .arg(request.token())
                .arg(ttl.toMillis())
                .arg(ttl.toMillis() + memoryMillis);
    }

    @Override
    public void handsOn(Handover to) {
        handover = to;
    }

    @Override
    public CompletionStage<Boolean> release(Request request, Duration keep) {
        Handover to = handover;
        ScriptCall<List<@Nullable Object>> call =
                RELEASE.on(redis).key(request.key()).arg(request.token()).arg(to.channel());
        if (keep.toMillis() > 0) {
            call.arg(keep.toMillis()).arg(keep.toMillis() + memoryMillis);
        }
        return to.released(request.key(), call.runAsync());
    }
}
