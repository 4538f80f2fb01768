package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.RedisTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The examples of the README do what it says. */
@RedisTest
class LocksExamplesIT extends LocksFixture {

    @Test
    void quickStart() {
        List<String> booked = new ArrayList<>();
        LocksExamples.quickStart(redis, keys, (seat, passenger, token) -> {
            assertThat(lock.tryAcquire("seat-12A", TTL)).isInstanceOf(Acquisition.Busy.class);
            assertThat(token).isPositive();
            booked.add(seat + " " + passenger);
        });
        assertThat(booked).containsExactly("12A Ada");
        Lease next = acquired(lock.tryAcquire("seat-12A", TTL));
        assertThat(LocksExamples.outcomes(lock)).startsWith("another's, for PT");
        next.close();
        assertThat(LocksExamples.outcomes(lock)).startsWith("ours, for PT9.");
    }

    @Test
    void longWork() {
        AtomicInteger steps = new AtomicInteger();
        AtomicInteger stops = new AtomicInteger();
        assertThat(LocksExamples.longWork(lock, steps::incrementAndGet, stops::incrementAndGet))
                .isEqualTo(3);
        assertThat(steps).hasValue(3);
        assertThat(stops).hasValue(0);
    }

    @Test
    void family() {
        List<String> events = new CopyOnWriteArrayList<>();
        DistributedSemaphore printers = closing(DistributedSemaphore.create(redis, keys.child("printers"), 1));
        DistributedReadWriteLock prices = closing(DistributedReadWriteLock.create(redis, keys.child("prices")));
        LeaderElection election = LocksExamples.family(
                lock,
                printers,
                prices,
                () -> {
                    assertThat(printers.tryAcquire("floor-2", TTL)).isInstanceOf(Acquisition.Busy.class);
                    events.add("print");
                },
                () -> {
                    assertThat(prices.writeLock().tryAcquire("EUR", TTL)).isInstanceOf(Acquisition.Busy.class);
                    acquired(prices.readLock().tryAcquire("EUR", TTL)).close();
                    events.add("read");
                },
                new LocksExamples.Dispatcher() {
                    @Override
                    public void start(long fencingToken) {
                        assertThat(fencingToken).isPositive();
                        events.add("start");
                    }

                    @Override
                    public void stop() {
                        events.add("stop");
                    }
                });
        try (election) {
            Awaitility.await().until(() -> events.contains("start"));
        }
        assertThat(events).containsExactly("print", "read", "start", "stop");
        acquired(printers.tryAcquire("floor-2", TTL)).close();
        acquired(prices.writeLock().tryAcquire("EUR", TTL)).close();
    }

    @Test
    void fencing() throws Exception {
        Lease older = acquired(lock.tryAcquire("seat-12A", TTL));
        older.close();
        Lease newer = acquired(lock.tryAcquire("seat-12A", TTL));
        assertThat(LocksExamples.store(redis, keys.child("seats"), newer)).isInstanceOf(FencedWrite.Written.class);
        assertThat(LocksExamples.store(redis, keys.child("seats"), older))
                .isEqualTo(new FencedWrite.Stale(newer.fencingToken()));
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE seats"
                    + " (id BIGINT PRIMARY KEY, passenger VARCHAR, fence BIGINT NOT NULL DEFAULT 0)");
            statement.execute("INSERT INTO seats (id) VALUES (12)");
            LocksExamples.table(connection, newer);
            try (ResultSet row = statement.executeQuery("SELECT passenger, fence FROM seats")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("Ada");
                assertThat(row.getLong(2)).isEqualTo(newer.fencingToken());
            }
        }
        newer.close();
    }
}
