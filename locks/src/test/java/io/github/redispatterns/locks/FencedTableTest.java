package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.github.redispatterns.core.CodecException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The guard of one connection: what it lets through, what it says, and what it does not take. */
class FencedTableTest {

    private final SeatsDatabase database = new SeatsDatabase();
    private final FencedTable seats = FencedTable.of("seats", "id", "fence");
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        connection = database.open(Connection.TRANSACTION_READ_COMMITTED);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        database.close();
    }

    @Test
    void newerAndEqualTokensPassAndOlderOnesDoNot() throws SQLException {
        for (long token : new long[] {1, 33, 33, 34, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE}) {
            seats.advance(connection, 12, token);
            connection.commit();
            assertThat(database.fence(12)).isEqualTo(token);
        }
        assertThatThrownBy(() -> seats.advance(connection, 12, Long.MAX_VALUE - 1))
                .isInstanceOf(StaleTokenException.class)
                .asInstanceOf(type(StaleTokenException.class))
                .returns(Long.MAX_VALUE, StaleTokenException::highestToken);
        seats.advance(connection, 13, 1); // another row
    }

    @Test
    void aMissingRowIsNotAStaleToken() {
        assertThatThrownBy(() -> seats.advance(connection, 999, 34)).isInstanceOf(MissingRowException.class);
    }

    /** It is inserted, by a holder of the same token, between the update that has missed it and the look for it. */
    @Test
    void aRowThatHasJustAppearedIsFound() throws SQLException {
        Connection late = rewriting(sql -> {
            if (sql.startsWith("SELECT")) {
                database.execute("MERGE INTO seats (id, flight, fence) VALUES (14, 'F1', 34)");
            }
            return sql;
        });
        seats.advance(late, 14, 34);
        connection.commit();
        assertThat(database.fence(14)).isEqualTo(34);
    }

    /** As where the update sees what is committed, and the look a snapshot from before. */
    @Test
    void aRowThatIsSeenButCannotBeChangedIsToBeTriedAnew() {
        Connection blind = rewriting(sql -> sql.startsWith("UPDATE") ? sql + " AND 1 = 0" : sql);
        assertThatThrownBy(() -> seats.advance(blind, 12, 34))
                .isInstanceOf(SQLTransactionRollbackException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("40001");
    }

    @Test
    void aRowWithoutAFenceIsATypedError() throws SQLException {
        database.execute("ALTER TABLE seats ALTER COLUMN fence SET NULL");
        database.execute("UPDATE seats SET fence = NULL WHERE id = 12");
        assertThatThrownBy(() -> seats.advance(connection, 12, 34)).isInstanceOf(CodecException.class);
    }

    @Test
    void anIdOfSeveralRowsIsRefused() {
        assertThatThrownBy(() -> FencedTable.of("seats", "flight", "fence").advance(connection, "F1", 34))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("idColumn: must be unique; 2 rows have this id");
    }

    @Test
    void idsAreOfAnyTypeAndNeverPartOfTheStatement() throws SQLException {
        database.execute("CREATE TABLE booking.seats (id UUID PRIMARY KEY, fence BIGINT NOT NULL DEFAULT 0)");
        UUID id = UUID.randomUUID();
        database.execute("INSERT INTO booking.seats (id) VALUES ('" + id + "')");
        FencedTable other = FencedTable.of("booking.seats", "id", "fence");
        other.advance(connection, id, 34);
        assertThatThrownBy(() -> other.advance(connection, id, 33)).isInstanceOf(StaleTokenException.class);
        FencedTable byFlight = FencedTable.of("seats", "flight", "fence");
        assertThatThrownBy(() -> byFlight.advance(connection, "x' OR '1'='1", 34))
                .isInstanceOf(MissingRowException.class);
        connection.rollback();
        assertThat(database.fence(12)).isZero();
    }

    @Test
    void aConnectionThatCommitsByItselfIsRefused() throws SQLException {
        connection.setAutoCommit(true);
        assertThatThrownBy(() -> seats.advance(connection, 12, 34))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("connection: must not be in auto-commit mode");
        assertThat(database.fence(12)).isZero();
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> seats.advance(null, 12, 1)).hasMessage("connection: must not be null");
        assertThatThrownBy(() -> seats.advance(connection, null, 1)).hasMessage("id: must not be null");
        for (long bad : new long[] {0, -1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> seats.advance(connection, 12, bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token: must be positive");
        }
    }

    @Test
    void onlyPlainNamesGoIntoStatements() {
        for (String good : List.of("seats", "_s", "S1", "public.seats", "db.public.seats")) {
            assertThatNoException().isThrownBy(() -> FencedTable.of(good, "id", "fence"));
        }
        for (String bad : new String[] {
            null,
            "",
            "1s",
            "a b",
            "a;b",
            "a--",
            "a'b",
            "\"a\"",
            "a.",
            ".a",
            "a..b",
            "a.b.c.d",
            "a\n",
            "\u00e9",
            "a)",
            "`a`",
            "seats SET fence = 0; --"
        }) {
            refused("table: ", bad, "id", "fence");
            refused("idColumn: ", "seats", bad, "fence");
            refused("fenceColumn: ", "seats", "id", bad);
        }
        refused("idColumn: ", "seats", "seats.id", "fence");
        refused("fenceColumn: ", "seats", "id", "seats.fence");
    }

    /** The connection, with each statement changed before it is prepared. */
    private Connection rewriting(Rewriting rewriting) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        arguments[0] = rewriting.rewrite((String) arguments[0]);
                    }
                    return method.invoke(connection, arguments);
                });
    }

    private interface Rewriting {
        String rewrite(String sql) throws SQLException;
    }

    private static void refused(String message, String table, String idColumn, String fenceColumn) {
        assertThatThrownBy(() -> FencedTable.of(table, idColumn, fenceColumn))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
