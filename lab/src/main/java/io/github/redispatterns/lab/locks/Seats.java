package io.github.redispatterns.lab.locks;

import io.github.redispatterns.lab.equipment.Database;
import io.github.redispatterns.locks.FencedTable;
import io.github.redispatterns.locks.StaleTokenException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Seats as a booking service sees them: look whether one is free, decide, and write. It stands for whatever takes more
 * than one statement, so that only the lock keeps two of them apart.
 */
final class Seats implements AutoCloseable {

    /** Which of the two, each with tables of its own. */
    enum Answer {
        NAIVE,
        RECIPE;

        String seats() {
            return "seat_" + name().toLowerCase(Locale.ROOT);
        }

        String bookings() {
            return "booking_" + name().toLowerCase(Locale.ROOT);
        }
    }

    private final Connection connection;

    Seats(Database.Access access) throws SQLException {
        connection = access.connect();
        connection.setAutoCommit(false);
    }

    static void create(Database database, int seats) throws SQLException {
        try (Statement ddl = database.admin().createStatement()) {
            for (Answer answer : Answer.values()) {
                ddl.execute("CREATE TABLE " + answer.seats()
                        + " (id BIGINT PRIMARY KEY, passenger VARCHAR, fence BIGINT NOT NULL DEFAULT 0)");
                ddl.execute(
                        "CREATE TABLE " + answer.bookings() + " (seat BIGINT NOT NULL, passenger VARCHAR NOT NULL)");
                ddl.execute(
                        "INSERT INTO " + answer.seats() + " (id) SELECT x FROM SYSTEM_RANGE(0, " + (seats - 1) + ")");
            }
        }
    }

    /** Those from the first one on, so many, that nobody has. */
    Set<Integer> free(Answer answer, int first, int count) throws SQLException {
        String query = "SELECT id FROM " + answer.seats() + " WHERE id >= ? AND id < ? AND passenger IS NULL";
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setInt(1, first);
            select.setInt(2, first + count);
            Set<Integer> free = new HashSet<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    free.add(rows.getInt(1));
                }
            }
            connection.commit();
            return free;
        }
    }

    /** What follows if the seat was found to be free. */
    void book(int seat, String passenger) throws SQLException {
        write(Answer.NAIVE, seat, passenger);
        connection.commit();
    }

    /** The same, behind the fence; false if that refuses it. */
    boolean book(int seat, String passenger, long token) throws SQLException {
        FencedTable fence = FencedTable.of(Answer.RECIPE.seats(), "id", "fence");
        try {
            fence.advance(connection, seat, token);
        } catch (StaleTokenException e) {
            connection.rollback();
            return false;
        }
        write(Answer.RECIPE, seat, passenger);
        connection.commit();
        return true;
    }

    /** How many seats were booked so often at least. */
    int booked(Answer answer, int times) throws SQLException {
        String query = "SELECT COUNT(*) FROM (SELECT seat FROM " + answer.bookings()
                + " GROUP BY seat HAVING COUNT(*) >= " + times + ")";
        try (Statement select = connection.createStatement();
                ResultSet rows = select.executeQuery(query)) {
            rows.next();
            int seats = rows.getInt(1);
            connection.commit();
            return seats;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private void write(Answer answer, int seat, String passenger) throws SQLException {
        String update = "UPDATE " + answer.seats() + " SET passenger = ? WHERE id = ?";
        String insert = "INSERT INTO " + answer.bookings() + " (passenger, seat) VALUES (?, ?)";
        for (String sql : new String[] {update, insert}) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, passenger);
                statement.setInt(2, seat);
                statement.executeUpdate();
            }
        }
    }
}
