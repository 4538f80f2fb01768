package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import java.time.Duration;
import java.util.Locale;

/**
 * What happens to Redis, as its clients see it: it is done to a proxy before each server, so that it can be done to a
 * server that is not ours, and on every topology.
 */
enum Fault {
    /** As by kill -9: every connection is reset, and each new one too. */
    KILLED(WithoutRedis.OUTAGE
            .plus(WithoutRedis.PROBE)
            .plus(WithoutRedis.TIMEOUT)) { // Lettuce doubles its time between tries
        @Override
        void begin(FaultProxies proxies) {
            proxies.cutBy(Cut.RESET);
            proxies.refuse();
        }
    },
    /** As by SIGSTOP: connections stand and new ones are accepted, and nothing is answered. */
    FROZEN(WithoutRedis.PROBE.plus(WithoutRedis.TIMEOUT.multipliedBy(2))) {
        @Override
        void begin(FaultProxies proxies) {
            proxies.halfOpen();
        }
    };

    private final Duration mostRecovery;

    Fault(Duration mostRecovery) {
        this.mostRecovery = mostRecovery;
    }

    abstract void begin(FaultProxies proxies);

    /** How long it may take until Redis decides again. */
    Duration mostRecovery() {
        return mostRecovery;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
