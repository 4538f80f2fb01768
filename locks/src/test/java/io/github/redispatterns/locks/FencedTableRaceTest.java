package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A holder that was paused past its lease (33) and its successor (34), in real transactions, at each isolation level.
 */
@ParameterizedClass
@MethodSource("levels")
class FencedTableRaceTest {

    @Parameter
    Isolation isolation;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SeatsDatabase database = new SeatsDatabase();
    private final FencedTable seats = FencedTable.of("seats", "id", "fence");
    private Connection older;
    private Connection newer;

    static Isolation[] levels() {
        return Isolation.values();
    }

    @BeforeEach
    void open() throws SQLException {
        older = database.open(isolation.level);
        newer = database.open(isolation.level);
    }

    @AfterEach
    void close() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        older.close();
        newer.close();
        database.close();
    }

    @Test
    void theOlderHolderWakesAfterTheNewerHasCommitted() throws Exception {
        book(newer, 34);
        newer.commit();
        assertThatThrownBy(() -> seats.advance(older, 12L, 33)).isInstanceOf(StaleTokenException.class);
        older.rollback();
        assertThat(database.passenger(12)).isEqualTo("of 34");
    }

    /** It has read that the seat is free, was paused, and books it. */
    @Test
    void theOlderHolderHasReadBeforeTheNewerCame() throws Exception {
        assertThat(passenger(older)).isNull();
        book(newer, 34);
        newer.commit();
        isRefused(catchThrowable(() -> seats.advance(older, 12L, 33)));
        older.rollback();
        assertThat(database.passenger(12)).isEqualTo("of 34");
    }

    @Test
    void theOlderHolderWaitsForTheNewerAndIsRefused() throws Exception {
        book(newer, 34);
        Future<Throwable> waiting = inBackground(() -> seats.advance(older, 12L, 33));
        newer.commit();
        isRefused(waiting.get(20, TimeUnit.SECONDS));
        older.rollback();
        assertThat(database.passenger(12)).isEqualTo("of 34");
        assertThat(database.fence(12)).isEqualTo(34);
    }

    @Test
    void whatTheNewerHolderHasRolledBackCountsForNothing() throws Exception {
        book(newer, 34);
        Future<Throwable> waiting = inBackground(() -> book(older, 33));
        newer.rollback();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isNull();
        older.commit();
        assertThat(database.passenger(12)).isEqualTo("of 33");
        assertThat(database.fence(12)).isEqualTo(33);
    }

    /** The older one is paused within its transaction: its booking counts, and the newer one sees it. */
    @Test
    void theNewerHolderWaitsForTheOlderOnesTransaction() throws Exception {
        book(older, 33);
        Future<Throwable> waiting = inBackground(() -> seats.advance(newer, 12L, 34));
        older.commit();
        Throwable refused = waiting.get(20, TimeUnit.SECONDS);
        if (refused != null) { // a snapshot from before: run anew
            assertThat(isolation.isSnapshot()).isTrue();
            assertThat(refused).isInstanceOf(SQLException.class);
            newer.rollback();
            seats.advance(newer, 12L, 34);
        }
        assertThat(passenger(newer)).isEqualTo("of 33");
        newer.commit();
        assertThatThrownBy(() -> seats.advance(older, 12L, 33)).isInstanceOf(StaleTokenException.class);
    }

    @Test
    void theOlderOnesRollbackLetsTheNewerGoOn() throws Exception {
        book(older, 33);
        Future<Throwable> waiting = inBackground(() -> book(newer, 34));
        older.rollback();
        assertThat(waiting.get(20, TimeUnit.SECONDS)).isNull();
        newer.commit();
        assertThat(database.passenger(12)).isEqualTo("of 34");
    }

    /** Seeded holders that wake up at any time: of each seat, the tokens of what was committed never fall. */
    @Test
    void committedTokensNeverFall() throws Exception {
        AtomicLong lease = new AtomicLong();
        AtomicInteger stale = new AtomicInteger();
        AtomicInteger committed = new AtomicInteger();
        List<Future<?>> holders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Random random = new Random(20_261_122 + i);
            holders.add(threads.submit(() -> holder(random, lease, committed, stale)));
        }
        for (Future<?> holder : holders) {
            holder.get(2, TimeUnit.MINUTES);
        }
        for (long seat : new long[] {12, 13}) {
            List<Long> tokens = committed(seat);
            assertThat(tokens).isSorted();
            assertThat(database.fence(seat)).isEqualTo(tokens.get(tokens.size() - 1));
        }
        assertThat(committed(12).size() + committed(13).size()).isEqualTo(committed.get());
        assertThat(stale).hasPositiveValue();
        assertThat(committed).hasValueGreaterThan(100);
    }

    private Void holder(Random random, AtomicLong lease, AtomicInteger committed, AtomicInteger stale)
            throws SQLException {
        try (Connection connection = database.open(isolation.level)) {
            long token = lease.incrementAndGet();
            for (int i = 0; i < 250; i++) {
                if (random.nextInt(4) == 0) {
                    token = lease.incrementAndGet();
                }
                try {
                    long seat = 12L + random.nextInt(2);
                    seats.advance(connection, seat, token);
                    log(connection, seat, token);
                    if (random.nextInt(5) == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                        committed.incrementAndGet();
                    }
                } catch (StaleTokenException e) {
                    connection.rollback();
                    stale.incrementAndGet();
                    token = random.nextInt(3) == 0 ? lease.incrementAndGet() : token;
                } catch (SQLException e) {
                    assertThat(isolation.isSnapshot()).as("%s", e).isTrue();
                    connection.rollback();
                }
            }
        }
        return null;
    }

    /** Refused as stale, or by the database, whose snapshot is from before the newer one's commit. */
    private void isRefused(Throwable refused) {
        if (isolation.isSnapshot()) {
            assertThat(refused).isInstanceOfAny(StaleTokenException.class, SQLException.class);
        } else {
            assertThat(refused).isInstanceOf(StaleTokenException.class);
        }
    }

    private void book(Connection connection, long token) throws SQLException {
        seats.advance(connection, 12L, token);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE seats SET passenger = 'of " + token + "' WHERE id = 12");
        }
    }

    private static void log(Connection connection, long seat, long token) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO log (seat, token) VALUES (?, ?)")) {
            insert.setLong(1, seat);
            insert.setLong(2, token);
            insert.executeUpdate();
        }
    }

    private static Object passenger(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT passenger FROM seats WHERE id = 12")) {
            rows.next();
            return rows.getObject(1);
        }
    }

    private List<Long> committed(long seat) throws SQLException {
        List<Long> tokens = new ArrayList<>();
        try (Connection connection = database.open(Connection.TRANSACTION_READ_COMMITTED);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT token FROM log WHERE seat = " + seat + " ORDER BY number")) {
            while (rows.next()) {
                tokens.add(rows.getLong(1));
            }
        }
        return tokens;
    }

    /** Runs what must wait for another's lock, and returns once it does. */
    private Future<Throwable> inBackground(Work work) {
        Callable<Throwable> call = () -> {
            try {
                work.run();
                return null;
            } catch (Exception e) {
                return e;
            }
        };
        Future<Throwable> running = threads.submit(call);
        Awaitility.await().until(() -> database.blocked() == 1);
        assertThat(running).isNotDone();
        return running;
    }

    private interface Work {
        void run() throws SQLException;
    }

    /** The levels at which rows are guarded; not READ UNCOMMITTED, which the guard does not promise anything for. */
    enum Isolation {
        READ_COMMITTED(Connection.TRANSACTION_READ_COMMITTED),
        REPEATABLE_READ(Connection.TRANSACTION_REPEATABLE_READ),
        SNAPSHOT(6), // H2's own number
        SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE);

        private final int level;

        Isolation(int level) {
            this.level = level;
        }

        boolean isSnapshot() {
            return this != READ_COMMITTED;
        }
    }
}
