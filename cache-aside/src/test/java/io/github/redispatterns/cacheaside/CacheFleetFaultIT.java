package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.cacheaside.FleetMember.Event;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A real process is stopped by SIGSTOP for longer than its lease, in its load and in its update, or killed in its update.
 * One topology is enough: the two meet in one key, whoever its master is.
 */
@RedisTest(topologies = Topology.STANDALONE)
class CacheFleetFaultIT extends CacheBench {

    private static final Duration LEASE = Duration.ofMillis(500);

    /** Until its lease has ended and somebody has looked; the rest is for a busy machine. */
    private static final Duration IN_TIME = LEASE.plusMillis(260).plusMillis(1_500);

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private FleetMember other;

    @BeforeEach
    void start(TestKeys testKeys) throws Exception {
        other = FleetMember.start(FleetProcess.setup(user.uri(), testKeys.prefix(), LEASE, 1), events);
        next(FleetProcess.READY);
    }

    @AfterEach
    void end() {
        other.close(); // SIGKILL ends one that is stopped, too
    }

    @Test
    void whoIsStoppedInItsLoadStoresNothingWhenItGoesOn() throws Exception {
        other.say(FleetProcess.GO + " k");
        next(FleetProcess.LOADING);
        other.freeze();
        loadsInTime("newer");
        other.thaw();
        other.say(FleetProcess.FINISH + " k");
        assertThat(next(FleetProcess.LOADED)).isNotNull();
        assertThat(next(FleetProcess.DONE)).endsWith(" value of k"); // its own reader began before
        assertThat(cache.get("k", this::load)).isEqualTo("newer");
    }

    /** It finds at its end that it has had too long, and its value is not stored; nor is what was stored since left. */
    @Test
    void whoIsStoppedInItsUpdateLeavesNothingOld() throws Exception {
        cache.put("k", "old");
        other.say(FleetProcess.UPDATE + " k");
        next(FleetProcess.WRITING);
        other.freeze();
        loadsInTime("old"); // it has not committed yet
        other.thaw();
        other.say(FleetProcess.FINISH + " k");
        assertThat(next(FleetProcess.WRITTEN)).endsWith(" " + WriteOutcome.REMOVED);
        assertThat(cache.get("k", key -> "update of k")).isEqualTo("update of k");
    }

    /** It may have committed: once its lease has ended somebody asks the source of truth. */
    @Test
    void whoIsKilledInItsUpdateLeavesNothingOld() throws Exception {
        cache.put("k", "old");
        other.say(FleetProcess.UPDATE + " k");
        next(FleetProcess.WRITING);
        other.kill();
        loadsInTime("update of k");
        assertThat(cache.get("k", this::load)).isEqualTo("update of k");
    }

    private void loadsInTime(String value) {
        long began = System.nanoTime();
        assertThat(cache.lookup("k", key -> value)).isEqualTo(new Lookup<>(value, Source.LOADED, Duration.ZERO));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(IN_TIME);
    }

    private String next(String word) throws InterruptedException {
        Event event = events.poll(1, TimeUnit.MINUTES);
        assertThat(event).as("%s from the other process", word).isNotNull();
        assertThat(event.word()).isEqualTo(word);
        return event.line();
    }
}
