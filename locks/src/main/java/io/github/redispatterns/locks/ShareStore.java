package io.github.redispatterns.locks;

import io.github.redispatterns.core.LuaScript;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Topology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The scripts of what several may hold at a time: there are so many permits, and a lease takes some of them. Those who
 * wait stand in one queue per mode; whoever waits in one goes before all who wait in the next.
 */
final class ShareStore implements LeaseStore {

    private static final LuaScript<List<@Nullable Object>> ACQUIRE =
            LuaScript.list(ShareStore.class, "locks/share_acquire.lua");
    private static final LuaScript<List<@Nullable Object>> WATCH =
            LuaScript.list(ShareStore.class, "locks/share_watch.lua");
    private static final LuaScript<Long> EXTEND = LuaScript.integer(ShareStore.class, "locks/share_extend.lua");
    private static final LuaScript<List<@Nullable Object>> RELEASE =
            LuaScript.list(ShareStore.class, "locks/share_release.lua");

    private static final long ALIVE_MILLIS = Queue.ALIVE.toMillis();

    private final Redis redis;
    private final long memoryMillis;
    /** Whether a {@code PUBLISH} hears of all who listen: on a Cluster it counts those of one node. */
    private final int countsAll;

    private final List<Mode> modes;
    private final String queues;
    private final long permits;

    private volatile Handover handover = Handover.NONE;

    /**
     * A way to share.
     *
     * @param name a letter, unlike the others'
     * @param takes the permits that its leases take
     */
    record Mode(String name, long takes) {}

    /** {@code modes}: those who go before come first. */
    ShareStore(Redis redis, LockOptions options, long permits, Mode... modes) {
        this.redis = redis;
        this.memoryMillis = options.fenceMemory().toMillis();
        this.countsAll = redis.topology() == Topology.CLUSTER ? 0 : 1;
        this.permits = permits;
        this.modes = List.of(modes);
        this.queues = String.join("", this.modes.stream().map(Mode::name).toList());
    }

    @Override
    public CompletionStage<Answer> acquire(Request request, String channel) {
        int last = request.mode().isEmpty() ? -1 : queues.indexOf(request.mode());
        if (last < 0) { // an empty one would be found first, and be a writer's
            throw new IllegalArgumentException("mode: must be one of " + queues + ", is '" + request.mode() + "'");
        }
        return ACQUIRE.on(redis)
                .key(request.key())
                .arg(request.token())
                .arg(request.ttlMillis())
                .arg(channel)
                .arg(ALIVE_MILLIS)
                .arg(memoryMillis)
                .arg(queues.substring(0, last + 1))
                .arg(modes.get(last).takes())
                .arg(permits)
                .runAsync()
                .thenApply(Replies::answer);
    }

    @Override
    public CompletionStage<Sighting> watch(String key, String channel) {
        return WATCH.on(redis)
                .key(key)
                .arg(channel)
                .arg(ALIVE_MILLIS)
                .arg(memoryMillis)
                .arg(countsAll)
                .arg(queues)
                .runAsync()
                .thenApply(Replies::sighting);
    }

    @Override
    public CompletionStage<Boolean> extend(Request request, Duration ttl) {
        return EXTEND.on(redis)
                .key(request.key())
                .arg(request.token())
                .arg(ttl.toMillis())
                .arg(memoryMillis)
                .runAsync()
                .thenApply(reply -> reply == 1);
    }

    @Override
    public void handsOn(Handover to) {
        handover = to;
    }

    @Override
    public CompletionStage<Boolean> release(Request request, Duration keep) {
        Handover to = handover;
        return to.released(
                request.key(),
                RELEASE.on(redis)
                        .key(request.key())
                        .arg(request.token())
                        .arg(keep.toMillis())
                        .arg(memoryMillis)
                        .arg(countsAll)
                        .arg(queues)
                        .arg(to.channel())
                        .runAsync());
    }
}
