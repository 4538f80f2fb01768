package io.github.redispatterns.locks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;

/** A real embedded database with a table of two seats, numbers 12 and 13, and a log of who has booked them. */
final class SeatsDatabase implements AutoCloseable {

    private final JdbcDataSource source = new JdbcDataSource();
    private final Connection own;

    SeatsDatabase() {
        source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=20000");
        try {
            own = source.getConnection();
            execute("CREATE SCHEMA booking");
            execute("CREATE TABLE seats (id BIGINT PRIMARY KEY, flight VARCHAR(10) NOT NULL, passenger VARCHAR(100),"
                    + " fence BIGINT NOT NULL DEFAULT 0)");
            execute("INSERT INTO seats (id, flight) VALUES (12, 'F1'), (13, 'F1')");
            execute("CREATE TABLE log (number BIGINT GENERATED ALWAYS AS IDENTITY, seat BIGINT, token BIGINT)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A session of its own, with a transaction. */
    Connection open(int isolation) throws SQLException {
        Connection connection = source.getConnection();
        connection.setTransactionIsolation(isolation);
        connection.setAutoCommit(false);
        return connection;
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = own.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What one row and column holds. */
    Object ask(String sql) throws SQLException {
        try (Statement statement = own.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getObject(1);
        }
    }

    /** As committed. */
    long fence(long seat) throws SQLException {
        return (Long) ask("SELECT fence FROM seats WHERE id = " + seat);
    }

    /** As committed. */
    Object passenger(long seat) throws SQLException {
        return ask("SELECT passenger FROM seats WHERE id = " + seat);
    }

    /** How many sessions wait for another's lock. */
    long blocked() throws SQLException {
        return (Long) ask("SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS WHERE BLOCKER_ID IS NOT NULL");
    }

    @Override
    public void close() throws SQLException {
        own.close();
    }
}
