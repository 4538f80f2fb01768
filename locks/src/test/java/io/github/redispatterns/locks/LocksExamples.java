package io.github.redispatterns.locks;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;

/** The examples in README.md, compiled, and run by {@link LocksExamplesIT}. */
final class LocksExamples {

    private LocksExamples() {}

    interface Seats {
        void book(String seat, String passenger, long fencingToken);
    }

    static void quickStart(Redis redis, KeySpace lockKeys, Seats seats) {
        // region quick-start
        DistributedLock lock = DistributedLock.create(redis, lockKeys);

        Duration ttl = Duration.ofSeconds(10);
        try (Lease lease = lock.acquire("seat-12A", ttl, Duration.ofSeconds(2)).orElseThrow()) {
            seats.book("12A", "Ada", lease.fencingToken()); // a store that refuses older tokens
        }
        // endregion
        lock.close();
    }

    static String outcomes(DistributedLock lock) {
        // region outcomes
        Acquisition outcome = lock.tryAcquire("seat-12A", Duration.ofSeconds(10));
        if (outcome instanceof Acquisition.Acquired acquired) {
            try (Lease lease = acquired.lease()) {
                return "ours, for " + lease.remaining();
            }
        } else if (outcome instanceof Acquisition.Busy busy) {
            return "another's, for " + busy.holderRemaining();
        }
        // endregion
        throw new IllegalStateException(outcome.toString());
    }

    static int longWork(DistributedLock lock, Runnable step, Runnable stop) {
        // region long-work
        LeaseOptions options = LeaseOptions.builder(Duration.ofSeconds(10))
                .maxWait(Duration.ofSeconds(2))
                .renewFor(Duration.ofMinutes(5)) // extended in the background, but not for ever
                .build();

        int steps = lock.withLock("nightly-report", options, lease -> {
            lease.lost().thenRun(stop); // before another can have it, even if Redis does not answer
            int done = 0;
            for (; done < 3; done++) {
                lease.ensureHeld(); // asks nobody, costs nothing
                step.run();
            }
            return done;
        });
        // endregion
        return steps;
    }

    interface Dispatcher {
        void start(long fencingToken);

        void stop();
    }

    static LeaderElection family(
            DistributedLock lock,
            DistributedSemaphore printers,
            DistributedReadWriteLock prices,
            Runnable print,
            Runnable read,
            Dispatcher dispatcher) {
        // region family
        Duration ttl = Duration.ofSeconds(10);
        try (Lease permit =
                printers.acquire("floor-2", ttl, Duration.ofSeconds(2)).orElseThrow()) {
            print.run(); // while no more than there are permits do so
            permit.ensureHeld();
        }

        try (Lease reading =
                prices.readLock().acquire("EUR", ttl, Duration.ofSeconds(2)).orElseThrow()) {
            read.run(); // while others may read, and nobody writes
            reading.ensureHeld();
        }

        LeaderElection election = LeaderElection.start(lock, "dispatcher", ttl, new LeaderElection.Listener() {
            @Override
            public void elected(Lease lease) {
                dispatcher.start(lease.fencingToken()); // begin, and return
            }

            @Override
            public void lost(Lease lease) {
                dispatcher.stop();
            }
        });
        // endregion
        return election;
    }

    static FencedWrite store(Redis redis, KeySpace seatKeys, Lease lease) {
        // region fenced-store
        FencedStore<String> seats =
                FencedStore.create(redis, seatKeys, Codec.utf8(), FencedStoreOptions.ofTtl(Duration.ofDays(1)));

        FencedWrite outcome = seats.set("12A", lease.fencingToken(), "Ada"); // Written, or Stale
        // endregion
        return outcome;
    }

    static void table(Connection connection, Lease lease) throws SQLException {
        // region fenced-table
        FencedTable seats = FencedTable.of("seats", "id", "fence");

        connection.setAutoCommit(false);
        seats.advance(connection, 12, lease.fencingToken()); // StaleTokenException, or the row is ours until the commit
        try (PreparedStatement book = connection.prepareStatement("UPDATE seats SET passenger = ? WHERE id = ?")) {
            book.setString(1, "Ada");
            book.setInt(2, 12);
            book.executeUpdate();
        }
        connection.commit();
        // endregion
    }
}
