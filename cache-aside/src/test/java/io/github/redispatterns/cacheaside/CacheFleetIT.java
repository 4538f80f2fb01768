package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.cacheaside.FleetMember.Event;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Four processes of 64 threads each read one missing key at once, again and again; in some rounds the one that loads is
 * killed by SIGKILL. One topology is enough: the fleet meets in one key, whoever its master is.
 */
@RedisTest(topologies = Topology.STANDALONE)
class CacheFleetIT extends CacheBench {

    private static final int PROCESSES = 4;
    private static final int THREADS = 64;
    private static final int ROUNDS = FullLength.of(20, 200);
    private static final int KILLS = FullLength.of(3, 20);
    private static final Duration LEASE = Duration.ofSeconds(1);

    /**
     * No reader waits longer: the dead one's lease has to end; then whoever waits looks, within the 250 ms of the safety
     * poll and 10 ms of spread; the rest is for the load itself, and for 192 threads on few and busy cores.
     */
    private static final Duration LONGEST_WAIT = LEASE.plusMillis(260).plusMillis(1_500);

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final List<FleetMember> members = new ArrayList<>();

    private String prefix;

    @BeforeEach
    void remember(TestKeys testKeys) {
        prefix = testKeys.prefix();
    }

    @AfterEach
    void endAll() throws InterruptedException {
        for (FleetMember member : members) {
            member.close();
        }
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void oneLoadIsCompletedPerRoundWhoeverDies() throws Exception {
        Random random = new Random(FullLength.seed("fleet, " + ROUNDS + " rounds, " + KILLS + " kills"));
        List<Integer> rounds =
                new ArrayList<>(IntStream.range(0, ROUNDS).boxed().toList());
        Collections.shuffle(rounds, random);
        List<Integer> deadly = rounds.subList(0, KILLS);
        long longest = 0;
        for (int round = 0; round < ROUNDS; round++) {
            complete();
            longest = Math.max(longest, play("round-" + round, deadly.contains(round)));
        }
        assertThat(Duration.ofMillis(longest)).isBetween(LEASE.dividedBy(2), LONGEST_WAIT);
    }

    /** The longest wait of any reader, ms. */
    private long play(String round, boolean deadly) throws InterruptedException {
        members.forEach(member -> member.say(FleetProcess.GO + " " + round));
        boolean toKill = deadly;
        int completed = 0;
        int done = 0;
        long longest = 0;
        while (done < members.size()) {
            Event event = next();
            switch (event.word()) {
                case FleetProcess.LOADING -> {
                    if (toKill) {
                        event.member().kill();
                        members.remove(event.member());
                        toKill = false;
                    } else {
                        event.member().say(FleetProcess.FINISH + " " + round);
                    }
                }
                case FleetProcess.LOADED -> completed++;
                case FleetProcess.DONE -> {
                    String[] words = event.line().split(" ", 4);
                    assertThat(words[3]).isEqualTo("value of " + round);
                    longest = Math.max(longest, Long.parseLong(words[2]));
                    done++;
                }
                default -> assertThat(members).as(event.line()).doesNotContain(event.member());
            }
        }
        assertThat(completed).as("completed loads in %s", round).isEqualTo(1);
        assertThat(toKill).as("left to kill in %s", round).isFalse();
        assertThat(Duration.ofMillis(longest)).as(round).isLessThan(LONGEST_WAIT);
        return longest;
    }

    /** Replaces who was killed. */
    private void complete() throws IOException, InterruptedException {
        int missing = PROCESSES - members.size();
        for (int i = 0; i < missing; i++) {
            members.add(FleetMember.start(FleetProcess.setup(user.uri(), prefix, LEASE, THREADS), events));
        }
        for (int ready = 0; ready < missing; ) {
            Event event = next();
            if (event.word().equals(FleetProcess.READY)) {
                ready++;
            } else {
                assertThat(members).as(event.line()).doesNotContain(event.member());
            }
        }
    }

    private Event next() throws InterruptedException {
        Event event = events.poll(1, TimeUnit.MINUTES);
        assertThat(event).as("something from the fleet").isNotNull();
        return event;
    }
}
