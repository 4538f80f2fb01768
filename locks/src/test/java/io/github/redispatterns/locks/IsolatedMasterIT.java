package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * An old master that is cut off from its replicas and Sentinels, and goes on serving the clients on its side. Both sides
 * have a holder then, and only the store that compares fencing tokens tells them apart. With a Cluster such a master
 * refuses commands once it has not heard of most others for {@code cluster-node-timeout}, when it can be replaced at the
 * earliest.
 */
class IsolatedMasterIT {

    private static final Duration TTL = Duration.ofSeconds(60);
    private static final Duration RECOVERY = Duration.ofSeconds(30);
    private static final String PREFIX = "isolated";
    private static final KeySpace KEYS = KeySpace.of(PREFIX);

    /**
     * One of each kind, of a process on the old master's side, and of one on the other.
     *
     * @param seat what they contend for
     */
    private record Sides(String seat, DistributedLock there, DistributedLock here) {}

    /** Who holds a seat on either side in the end. */
    private record Holders(Lease there, Lease here) {}

    @Test
    void bothSidesHaveAHolderAndTheOlderOneWritesNoMore() throws Exception {
        List<Kind> kinds = List.of(Kind.values());
        List<String> seats = IntStream.range(0, kinds.size())
                .mapToObj(i -> Integer.toString(20 + i))
                .toList();
        try (RedisDeployment deployment = RedisDeployment.start(Topology.SENTINEL);
                AclUser user = AclUser.fromReadme(deployment, Path.of("README.md"), "shop:lock:*", PREFIX);
                FencedRegister store = new FencedRegister(seats)) {
            RedisNode old = deployment.masters().get(0);
            String uri = user.uri();
            String credentials = uri.substring(uri.indexOf("://"), uri.indexOf('@') + 1);
            try (Redis there = Redis.connect(old.uri().replace("://", credentials)); // asks no Sentinel
                    Redis here = Redis.connect(uri)) {
                List<Sides> all = IntStream.range(0, kinds.size())
                        .mapToObj(i -> new Sides(
                                seats.get(i),
                                kinds.get(i).holder(there, KEYS),
                                kinds.get(i).rival(here, KEYS)))
                        .toList();
                List<Holders> holders = old.call(
                        server -> { // over one connection, which outlives the cut
                            cutOff(server);
                            List<Lease> before = all.stream()
                                    .map(sides -> sides.there
                                            .tryAcquire(sides.seat, TTL)
                                            .orElseThrow())
                                    .toList();
                            Awaitility.await("another master")
                                    .atMost(RECOVERY)
                                    .until(() -> !deployment.masters().get(0).equals(old));
                            List<Holders> both = IntStream.range(0, seats.size())
                                    .mapToObj(i -> bothWrite(all.get(i), before.get(i), store))
                                    .toList();
                            server.configSet("requirepass", "");
                            return both;
                        });
                Awaitility.await("the old master is a replica")
                        .atMost(RECOVERY)
                        .ignoreExceptionsInstanceOf(RedisException.class)
                        .until(() -> old.call(RedisCommands::role).get(0).equals("slave"));
                for (Holders each : holders) {
                    assertThatThrownBy(() -> each.there.extend(TTL)).isInstanceOf(PatternsException.class);
                    assertThat(each.here.extend(TTL)).isTrue();
                }
                all.forEach(sides -> {
                    sides.there.close();
                    sides.here.close();
                });
                assertThat(user.denials()).isEmpty();
            }
        }
    }

    /** Replicas and Sentinels come as the default user; whoever came as another is not kept out. */
    private static void cutOff(RedisCommands<String, String> server) {
        server.configSet("requirepass", "cut off");
        server.clientKill(KillArgs.Builder.user("default").skipme(true));
    }

    private static Holders bothWrite(Sides sides, Lease first, FencedRegister store) {
        assertThat(store.write(sides.seat, first.fencingToken())).isTrue();
        Lease second = acquired(sides.here, sides.seat);
        assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
        assertThat(first.extend(TTL)).as("its master knows no better").isTrue();
        first.ensureHeld();
        second.ensureHeld();
        assertThat(store.write(sides.seat, second.fencingToken())).isTrue();
        assertThat(store.write(sides.seat, first.fencingToken()))
                .as("the older one")
                .isFalse();

        assertThat(first.release()).isTrue();
        Lease third = sides.there.tryAcquire(sides.seat, TTL).orElseThrow(); // it goes on granting
        assertThat(third.fencingToken()).isGreaterThan(second.fencingToken());
        second.ensureHeld();
        assertThat(store.write(sides.seat, third.fencingToken())).isTrue();
        assertThat(store.write(sides.seat, second.fencingToken()))
                .as("now it is the older one")
                .isFalse();
        return new Holders(third, second);
    }

    /** As soon as this side has its master. */
    private static Lease acquired(DistributedLock lock, String seat) {
        Lease[] lease = new Lease[1];
        Awaitility.await()
                .atMost(RECOVERY)
                .ignoreExceptionsInstanceOf(PatternsException.class)
                .until(() -> (lease[0] = lock.tryAcquire(seat, TTL).orElseThrow()) != null);
        return lease[0];
    }
}
