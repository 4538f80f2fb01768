package io.github.redispatterns.locks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.BiConsumer;

/** A guarded table that many write to, in a database that lives through whatever happens to Redis. */
final class FencedRegister implements AutoCloseable {

    private static final FencedTable GUARD = FencedTable.of("seats", "id", "fence");

    private final SeatsDatabase database = new SeatsDatabase();

    FencedRegister(Iterable<String> seats) throws SQLException {
        for (String seat : seats) {
            database.execute("INSERT INTO seats (id, flight) VALUES (" + Long.parseLong(seat) + ", 'F1')");
        }
    }

    /** False if a newer holder has been there. */
    boolean write(String seat, long token) {
        try (Connection connection = database.open(Connection.TRANSACTION_READ_COMMITTED)) {
            try (PreparedStatement log = connection.prepareStatement("INSERT INTO log (seat, token) VALUES (?, ?)")) {
                GUARD.advance(connection, Long.parseLong(seat), token);
                log.setLong(1, Long.parseLong(seat));
                log.setLong(2, token);
                log.executeUpdate();
                connection.commit();
                return true;
            } catch (StaleTokenException stale) {
                connection.rollback();
                return false;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What was written, seat and token, in its order. */
    void read(BiConsumer<String, Long> reader) throws SQLException {
        try (Connection connection = database.open(Connection.TRANSACTION_READ_COMMITTED);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT seat, token FROM log ORDER BY number")) {
            while (rows.next()) {
                reader.accept(rows.getString(1), rows.getLong(2));
            }
        }
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
