package io.github.redispatterns.lab.locks;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.locks.Acquisition;
import io.github.redispatterns.locks.DistributedLock;
import io.github.redispatterns.locks.FencedStore;
import io.github.redispatterns.locks.FencedStoreOptions;
import io.github.redispatterns.locks.Lease;
import io.github.redispatterns.testkit.Provider;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The failover: the master has confirmed a lock that its replicas have not heard of, and is killed. */
public final class Failover implements Experiment {

    private static final int LOCKS = 100;
    private static final Duration TTL = Duration.ofSeconds(60);
    private static final Duration STORED = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 20;

    /** Creates the experiment. */
    public Failover() {}

    @Override
    public String name() {
        return "locks/failover";
    }

    @Override
    public String question() {
        return "Redis confirms a lock, and its master dies before a replica has heard of it. Who holds the lock after the"
                + " failover, and whose writes count?";
    }

    @Override
    public String naive() {
        return "SET with NX and PX: whoever got the lock writes.";
    }

    @Override
    public String recipe() {
        return "DistributedLock cannot prevent two holders either. But the newer one has a greater fencing token, and"
                + " FencedStore refuses the older one's writes once it has seen that.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int locks = context.load().scaled(LOCKS, 10);
        context.progress().at("starting servers of its own: one master, two replicas, three sentinels");
        try (RedisDeployment own = RedisDeployment.builder(Topology.SENTINEL)
                .provider(Provider.EMBEDDED)
                .start()) {
            Site site = new Site(own.topology(), own.uris(), context.keyPath());
            try (Client former = new Client(site, "former", locks)) {
                RedisNode master = own.masters().get(0);
                List<RedisNode> replicas =
                        own.nodes().stream().filter(node -> node != master).toList();
                replicas.forEach(RedisNode::pause);
                // What is on its way to a frozen replica would be read by it later; now there is no way.
                master.call(commands -> commands.clientKill(KillArgs.Builder.typeSlave()));
                former.acquireAll();
                master.kill9();
                replicas.forEach(RedisNode::resume);
                context.progress().at("waiting for the failover");
                awaitOther(own, master);
                try (Client newer = new Client(site, "newer", locks)) {
                    newer.awaitMaster();
                    former.awaitMaster();
                    newer.acquireAll();
                    return result(locks, former, newer);
                }
            }
        }
    }

    private static void awaitOther(RedisDeployment deployment, RedisNode master) throws InterruptedException {
        long begin = System.nanoTime();
        while (deployment.masters().get(0) == master) {
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IllegalStateException("No replica took over within " + PATIENCE.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private static Result result(int locks, Client former, Client newer) {
        Set<String> naiveBoth = former.naiveHeld();
        naiveBoth.retainAll(newer.naiveHeld());
        Set<String> both = former.held();
        both.retainAll(newer.held());
        if (naiveBoth.isEmpty() || both.isEmpty()) {
            throw new NothingShownException("No lock had two holders after the failover");
        }
        long greater = both.stream()
                .filter(seat -> newer.fence(seat) > former.fence(seat))
                .count();
        long newerWrote = both.stream().filter(newer::write).count();
        naiveBoth.forEach(newer::writeNaive);
        Set<String> writtenByBoth = new LinkedHashSet<>(both);
        writtenByBoth.removeIf(seat -> !former.write(seat));
        naiveBoth.forEach(former::writeNaive);
        long naiveNewest = naiveBoth.stream()
                .filter(seat -> newer.name.equals(newer.readNaive(seat)))
                .count();
        long newest = both.stream()
                .filter(seat -> newer.name.equals(newer.read(seat)))
                .count();
        long told = both.stream().filter(former::isToldByExtending).count();
        return new Result(
                naiveBoth.size() + " of " + locks + " locks have two holders, both have written, and in "
                        + (naiveBoth.size() - naiveNewest) + " cases the older one's value stands.",
                List.of(
                        new Claim(
                                "locks with two holders, of " + locks + " (no lease prevents that)",
                                naiveBoth.size(),
                                both.size(),
                                Bound.atLeast(1)),
                        new Claim(
                                "of these, written by the older holder after the newer one",
                                naiveBoth.size(),
                                writtenByBoth.size(),
                                Bound.atMost(0)),
                        new Claim(
                                "writes of the newer holder that were done",
                                naiveBoth.size(),
                                newerWrote,
                                Bound.equalTo(both.size())),
                        new Claim(
                                "values of the newer holder in the end",
                                naiveNewest,
                                newest,
                                Bound.equalTo(both.size())),
                        new Claim(
                                "greater fencing tokens after the failover", null, greater, Bound.equalTo(both.size())),
                        new Claim(
                                "older holders that are told so when they extend",
                                null,
                                told,
                                Bound.equalTo(both.size()))));
    }

    /** Who wants all locks, by both answers. */
    private static final class Client implements AutoCloseable {

        private final String name;
        private final int locks;
        private final Redis redis;
        private final Site site;
        private final NaiveLock naive;
        private final DistributedLock recipe;
        private final FencedStore<String> store;
        /** By seat: until when, a monotonic time, ns. */
        private final Map<String, Long> naiveEnds = new LinkedHashMap<>();

        private final Map<String, Lease> leases = new LinkedHashMap<>();

        Client(Site site, String name, int locks) {
            this.name = name;
            this.locks = locks;
            this.site = site;
            redis = site.open();
            naive = new NaiveLock(redis, site.naiveKeys());
            recipe = DistributedLock.create(redis, site.recipeKeys());
            store = FencedStore.create(
                    redis, site.recipeKeys().child("store"), Codec.utf8(), FencedStoreOptions.ofTtl(STORED));
        }

        /** Until the new master takes its writes. */
        void awaitMaster() throws InterruptedException {
            long begin = System.nanoTime();
            while (true) {
                try {
                    writeNaive("probe");
                    return;
                } catch (PatternsException | RedisException e) {
                    if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                        throw e;
                    }
                    TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                }
            }
        }

        void acquireAll() {
            for (int i = 0; i < locks; i++) {
                String seat = IncrLock.seat(i);
                long asked = System.nanoTime();
                if (naive.tryAcquire(seat, name, TTL)) {
                    naiveEnds.put(seat, asked + TTL.toNanos());
                }
                if (recipe.tryAcquire(seat, TTL) instanceof Acquisition.Acquired acquired) {
                    leases.put(seat, acquired.lease());
                }
            }
        }

        Set<String> naiveHeld() {
            Set<String> held = new LinkedHashSet<>(naiveEnds.keySet());
            held.removeIf(seat -> Objects.requireNonNull(naiveEnds.get(seat)) - System.nanoTime() <= 0);
            return held;
        }

        Set<String> held() {
            Set<String> held = new LinkedHashSet<>(leases.keySet());
            held.removeIf(seat -> lease(seat).remaining().isZero());
            return held;
        }

        long fence(String seat) {
            return lease(seat).fencingToken();
        }

        /** Whether that was done. */
        boolean write(String seat) {
            return store.set(seat, fence(seat), name).isWritten();
        }

        String read(String seat) {
            return String.valueOf(store.get(seat));
        }

        void writeNaive(String seat) {
            redis.<String>execute(commands -> commands.set(valueKey(seat), name, SetArgs.Builder.ex(STORED)));
        }

        String readNaive(String seat) {
            return String.valueOf(redis.<String>execute(commands -> commands.get(valueKey(seat))));
        }

        boolean isToldByExtending(String seat) {
            return !lease(seat).extend(TTL);
        }

        private Lease lease(String seat) {
            return Objects.requireNonNull(leases.get(seat));
        }

        private String valueKey(String seat) {
            return site.naiveKeys().child("store").key(seat);
        }

        @Override
        public void close() {
            recipe.close();
            redis.close();
        }
    }
}
