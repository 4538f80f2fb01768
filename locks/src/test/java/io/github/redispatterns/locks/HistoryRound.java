package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One history: processes with clients, faults that hit them and the servers, and what is left in the end. */
final class HistoryRound implements AutoCloseable {

    private static final String PREFIX = "history";
    /** 8 in 3 processes. */
    private static final int[] CLIENTS = {3, 3, 2};

    private static final Duration AFTERWARDS = Duration.ofSeconds(20);
    private static final long END_SECONDS = 90;
    /** At least, between two faults. */
    private static final int CALM_MILLIS = 500;

    private static final long NEVER_EXPIRES = -1;

    private final RedisDeployment deployment;
    private final AclUser user;
    private final Random random;
    private final HistoryFaults faults;
    private final LockHistory history = new LockHistory(Duration.ofMillis(250));
    private final FencedRegister register = new FencedRegister(HistoryClient.RESOURCES);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ExecutorService writer = Executors.newSingleThreadExecutor();
    private final Collection<String> broken = new ConcurrentLinkedQueue<>();
    private final HistoryMember[] members = new HistoryMember[CLIENTS.length];
    private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();
    private final Semaphore ready = new Semaphore(0);
    private int started;
    private int kills;
    private int freezes;

    HistoryRound(RedisDeployment deployment, HistoryFaults.Keeping keeping, long seed) throws SQLException {
        this.deployment = deployment;
        this.user = AclUser.fromReadme(deployment, Path.of("README.md"), "shop:lock:*", PREFIX);
        this.random = new Random(seed);
        this.faults = new HistoryFaults(deployment, user, history, keeping, random.nextLong());
    }

    /** Plays, and says what happened. */
    String play(Duration time) throws Exception {
        for (int i = 0; i < members.length; i++) {
            members[i] = start(i);
        }
        for (HistoryMember member : members) {
            member.checkClock();
        }
        assertThat(ready.tryAcquire(members.length, 1, TimeUnit.MINUTES)).isTrue();
        Random serverRandom = new Random(random.nextLong());
        Random clientRandom = new Random(random.nextLong());
        long end = System.nanoTime() + time.toNanos();
        Future<?> servers = threads.submit(() -> {
            while (System.nanoTime() - end < 0) {
                HistoryFaults.pass(CALM_MILLIS + serverRandom.nextInt(2 * CALM_MILLIS));
                faults.next(key(HistoryClient.RESOURCES.get(serverRandom.nextInt(3))));
            }
        });
        while (System.nanoTime() - end < 0) {
            HistoryFaults.pass(CALM_MILLIS + clientRandom.nextInt(2 * CALM_MILLIS));
            hit(clientRandom);
        }
        servers.get(2, TimeUnit.MINUTES);
        for (HistoryMember member : members) {
            member.say(HistoryProcess.STOP);
        }
        for (HistoryMember member : members) {
            assertThat(member.awaitEnd(END_SECONDS)).as("a process has ended").isTrue();
        }
        writer.shutdown();
        assertThat(writer.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(broken).isEmpty();
        check();
        checkThatMuchHappened(time);
        return history.summary() + ", " + failures + ", faults " + faults.done() + ", processes killed " + kills
                + ", frozen " + freezes;
    }

    private void check() throws SQLException {
        assertThat(history.violations()).isEmpty();
        List<Long> inTable = new ArrayList<>();
        for (String resource : HistoryClient.RESOURCES) {
            inTable.clear();
            register.read((seat, token) -> {
                if (seat.equals(resource)) {
                    inTable.add(token);
                }
            });
            assertThat(inTable).as("tokens in the guarded table").isSorted();
        }
        try (Redis redis = Handles.open(deployment, user, RedisOptions.builder());
                DistributedLock lock = DistributedLock.create(redis, KeySpace.of(PREFIX))) {
            for (String resource : HistoryClient.RESOURCES) {
                Duration ttl = Duration.ofMillis(HistoryClient.MOST_TTL_MILLIS);
                try (Lease lease = lock.acquire(resource, ttl, AFTERWARDS).orElseThrow()) {
                    assertThat(lease.fencingToken()).isGreaterThan(history.highestToken(resource));
                }
            }
        }
        for (RedisNode master : deployment.masters()) {
            for (String key : master.call(commands -> commands.keys("*"))) {
                long ttl = master.call(commands -> commands.pttl(key));
                assertThat(ttl).as(key).isNotEqualTo(NEVER_EXPIRES);
            }
        }
        assertThat(user.denials()).isEmpty();
    }

    /** How often this happened. */
    int count(String what) {
        return history.count(what);
    }

    /** A history in which nothing happens is right, and shows nothing. */
    private void checkThatMuchHappened(Duration time) {
        int share = Math.max(1, (int) time.toSeconds() / 4); // much less than there is, for a busy machine
        int faultsDone =
                faults.done().values().stream().mapToInt(Integer::intValue).sum();
        String all = history.summary() + ", faults " + faults.done();
        assertThat(history.count("acquired")).as(all).isGreaterThanOrEqualTo(6 * share);
        assertThat(history.count("released")).as(all).isGreaterThanOrEqualTo(4 * share);
        assertThat(history.count("looked_up")).as(all).isGreaterThanOrEqualTo(4 * share);
        assertThat(history.count("writes accepted")).as(all).isGreaterThanOrEqualTo(2 * share);
        assertThat(history.count("extended")).as(all).isGreaterThanOrEqualTo(share);
        assertThat(history.count("told")).as(all).isGreaterThanOrEqualTo(share / 2); // a short one may have none
        assertThat(faultsDone).as(all).isPositive();
        int kinds = deployment.topology() == Topology.STANDALONE ? 2 : 4;
        assertThat(faults.done()).as(all).hasSize(Math.min(kinds, faultsDone));
        assertThat(kills + freezes).as("processes that were killed or frozen").isPositive();
    }

    private void hit(Random clientRandom) throws IOException, InterruptedException {
        int which = clientRandom.nextInt(members.length);
        if (clientRandom.nextInt(3) == 0) {
            members[which].kill();
            members[which] = start(which);
            kills++;
            return;
        }
        members[which].freeze();
        try {
            HistoryFaults.pass(clientRandom.nextInt(2 * HistoryClient.MOST_TTL_MILLIS));
        } finally {
            members[which].thaw();
        }
        freezes++;
    }

    private HistoryMember start(int which) throws IOException {
        String setup = HistoryProcess.setup(
                "p" + ++started, random.nextLong(), CLIENTS[which], PREFIX, user.uris(), deployment.uris());
        return HistoryMember.start(HistoryProcess.class, setup, this::hear);
    }

    private void hear(HistoryMember member, String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case HistoryProcess.READY -> ready.release();
            case HistoryProcess.FAILED -> failures.merge(line, 1, Integer::sum);
            case HistoryProcess.BROKEN -> broken.add(line);
            case HistoryProcess.WRITE -> {
                if (words.length == 5) {
                    writer.execute(() -> write(member, words[1], words[2], Long.parseLong(words[3])));
                }
            }
            default -> {
                HistoryEvent event = HistoryEvent.parse(line);
                if (event != null) {
                    history.add(event);
                }
            }
        }
    }

    private void write(HistoryMember member, String number, String resource, long token) {
        boolean accepted = register.write(resource, token);
        history.wrote(resource, token, accepted);
        member.say(HistoryProcess.WROTE + " " + number + " " + accepted);
    }

    private static String key(String resource) {
        return KeySpace.of(PREFIX).key(resource);
    }

    @Override
    public void close() throws SQLException {
        threads.shutdownNow();
        writer.shutdownNow();
        for (HistoryMember member : members) {
            if (member != null) {
                member.close();
            }
        }
        register.close();
    }
}
