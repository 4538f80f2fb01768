package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Eight clients in three processes acquire, extend, release and write as they like, while processes are killed and
 * frozen past their leases, and servers frozen, killed, restarted and replaced: whatever comes of it is what a mutex with
 * leases could have done ({@link LockHistory}).
 */
class LockHistoryIT {

    private static final int HISTORIES = FullLength.of(1, 5);
    private static final Duration TIME = Duration.ofSeconds(FullLength.of(4, 60));

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void everyHistoryIsThatOfAMutexWithLeases(Servers servers) throws Exception {
        int refused = 0;
        int repeated = 0;
        for (int i = 0; i < HISTORIES; i++) {
            long seed = FullLength.seed("history, " + servers);
            try (RedisDeployment deployment = servers.start();
                    HistoryRound round = new HistoryRound(deployment, servers.keeping, seed)) {
                System.out.println("[history] " + servers + " " + seed + ": " + round.play(TIME));
                refused += round.count("writes refused");
                repeated += round.count("repeated");
            }
        }
        if (HISTORIES > 1) { // too rare for one
            assertThat(refused).as("writes refused").isPositive();
            assertThat(repeated).as("repeated requests").isPositive();
        }
    }

    /** Where the locks are. */
    enum Servers {
        /** Nothing is ever lost: no two leases overlap. */
        ONE_WITH_AN_APPEND_ONLY_FILE(Topology.STANDALONE, HistoryFaults.Keeping.EVERYTHING),
        ONE_WITHOUT_PERSISTENCE(Topology.STANDALONE, HistoryFaults.Keeping.NOTHING),
        SENTINEL(Topology.SENTINEL, HistoryFaults.Keeping.NOTHING),
        CLUSTER(Topology.CLUSTER, HistoryFaults.Keeping.NOTHING);

        private final Topology topology;
        private final HistoryFaults.Keeping keeping;

        Servers(Topology topology, HistoryFaults.Keeping keeping) {
            this.topology = topology;
            this.keeping = keeping;
        }

        RedisDeployment start() {
            RedisDeployment.Builder builder = RedisDeployment.builder(topology);
            if (keeping == HistoryFaults.Keeping.EVERYTHING) {
                builder.config("appendonly", "yes").config("appendfsync", "always");
            }
            return builder.start();
        }
    }
}
