package io.github.redispatterns.locks;

import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/** What happens to the servers while a history is made, one thing after the other. */
final class HistoryFaults {

    /** Long enough that Sentinels and a Cluster act, and that leases end; short enough that some do not. */
    private static final int LONGEST_MILLIS = 2_500;

    private static final Duration TAKEOVER = Duration.ofSeconds(30);

    private final RedisDeployment deployment;
    private final AclUser user;
    private final LockHistory history;
    private final Keeping keeping;
    private final Random random;
    private final List<Integer> due = new ArrayList<>();
    private final Map<String, Integer> done = new TreeMap<>();

    /** Whether the servers remember what they have confirmed after SIGKILL. */
    enum Keeping {
        EVERYTHING,
        NOTHING
    }

    HistoryFaults(RedisDeployment deployment, AclUser user, LockHistory history, Keeping keeping, long seed) {
        this.deployment = deployment;
        this.user = user;
        this.history = history;
        this.keeping = keeping;
        this.random = new Random(seed);
    }

    /** One fault at the master of this key, until all is whole again. */
    void next(String key) {
        boolean alone = deployment.topology() == Topology.STANDALONE;
        boolean forgets = !alone; // another may have taken over that has not heard of everything
        long from = System.nanoTime();
        if (due.isEmpty()) { // each kind as often as the others, in any order
            due.addAll(alone ? List.of(0, 1) : List.of(0, 1, 2, 3));
            Collections.shuffle(due, random);
        }
        switch (due.remove(due.size() - 1)) {
            case 0 -> freeze(deployment.masterOf(key));
            case 1 -> {
                forgets = keeping == Keeping.NOTHING;
                restart(deployment.masterOf(key));
            }
            case 2 -> takeOver(key);
            default -> {
                count("failover");
                deployment.failover();
            }
        }
        deployment.heal();
        user.recreate();
        if (forgets) {
            history.mayHaveForgotten(from, System.nanoTime());
        }
    }

    /** Lets that time pass: it is what happens meanwhile that counts. */
    static void pass(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left; (left = until - System.nanoTime()) > 0; ) {
            LockSupport.parkNanos(left);
        }
    }

    /** How many of each kind there were. */
    Map<String, Integer> done() {
        return done;
    }

    private void freeze(RedisNode node) {
        count("freeze");
        node.pause();
        try {
            pass(random.nextInt(LONGEST_MILLIS));
        } finally {
            node.resume();
        }
    }

    private void restart(RedisNode node) {
        count("kill -9 and restart");
        node.kill9();
        pass(random.nextInt(LONGEST_MILLIS));
        node.restart();
    }

    private void takeOver(String key) {
        count("kill -9 and takeover");
        RedisNode dead = deployment.masterOf(key);
        dead.kill9();
        Awaitility.await()
                .atMost(TAKEOVER)
                .until(() -> !deployment.masterOf(key).equals(dead));
    }

    private void count(String kind) {
        done.merge(kind, 1, Integer::sum);
    }
}
