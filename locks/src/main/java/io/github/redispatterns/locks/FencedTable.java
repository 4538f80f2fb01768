package io.github.redispatterns.locks;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.CodecException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.regex.Pattern;

/**
 * A table whose rows fencing tokens guard: a column remembers the highest token seen, and a transaction that begins
 * with {@link #advance} goes on only if its own is not lower. So a holder that was paused past the end of its lease,
 * and does not know it yet, commits nothing to a row that its successor has touched.
 *
 * <pre>{@code
 * CREATE TABLE seats (id BIGINT PRIMARY KEY, passenger TEXT, fence BIGINT NOT NULL DEFAULT 0);
 * ALTER TABLE seats ADD COLUMN fence BIGINT NOT NULL DEFAULT 0; -- to a table that is there already
 * }</pre>
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * seats.advance(connection, 12, lease.fencingToken()); // seats = FencedTable.of("seats", "id", "fence")
 * ... read and write the row, and whatever belongs to it
 * connection.commit();
 * }</pre>
 *
 * <p>Where one statement is all there is to do, this one needs no transaction and no class; if it changes no row, the
 * token is stale or the row is missing:
 *
 * <pre>{@code
 * UPDATE seats SET passenger = ?, fence = ? WHERE id = ? AND fence <= ?
 * }</pre>
 *
 * <p><b>Guarantees</b>: once a transaction that has advanced the row is committed, no transaction with a lower token
 * passes {@link #advance} on it. From {@code advance} to the end of the transaction the row is locked, so two holders'
 * transactions follow one another; whichever comes second sees what the first has done, or is refused. What a newer
 * holder has rolled back, its token included, counts for nothing. That needs a database that locks the rows it updates,
 * and READ COMMITTED or stricter. Under a snapshot (PostgreSQL's REPEATABLE READ and SERIALIZABLE, H2's SNAPSHOT) call
 * {@code advance} first in the transaction: if another has changed the row meanwhile, the database refuses with a
 * serialization failure (SQLState 40001, or its own), and the transaction is to be run anew.
 *
 * <p><b>Does not guarantee</b>: anything about statements that do not follow an {@code advance} of the same
 * transaction, or concern other rows than those that this row stands for. Anything before the new holder's first
 * commit: until then the former one may commit too. Nor that a newer holder need not wait: one that is paused within
 * its transaction keeps the row locked until the database ends it (in PostgreSQL
 * {@code idle_in_transaction_session_timeout}). A driver that counts changed rows in place of found ones (MySQL's with
 * {@code useAffectedRows}) has equal tokens refused.
 *
 * <p><b>Cost</b>: one statement by the row's key; two or four if it is refused.
 *
 * <p><b>Thread safety</b>: immutable. The connection is the caller's.
 *
 * <p><b>Source</b>: Kleppmann, "How to do distributed locking", 2016.
 */
public final class FencedTable {

    private static final Pattern COLUMN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern TABLE = Pattern.compile(COLUMN + "(\\." + COLUMN + "){0,2}");

    /**
     * A row that was inserted, or whose newer token was rolled back, just after the first try is found by the second.
     */
    private static final int TRIES = 2;

    private final String advance;
    private final String read;

    private FencedTable(String table, String idColumn, String fenceColumn) {
        advance = "UPDATE " + table + " SET " + fenceColumn + " = ? WHERE " + idColumn + " = ? AND " + fenceColumn
                + " <= ?";
        read = "SELECT " + fenceColumn + " FROM " + table + " WHERE " + idColumn + " = ?";
    }

    /**
     * Names a table. The names go into statements as they are, so they may only be plain ones.
     *
     * @param table ASCII letters, digits and underscores, not beginning with a digit; may be qualified by a schema, and
     *     by a catalog before it, with dots
     * @param idColumn the column that identifies a row: its primary key, or at least unique
     * @param fenceColumn the column that remembers the highest token: {@code BIGINT NOT NULL DEFAULT 0}
     * @return the guard
     * @throws IllegalArgumentException if a name is null or not of this form
     */
    public static FencedTable of(String table, String idColumn, String fenceColumn) {
        return new FencedTable(
                plain("table", table, TABLE),
                plain("idColumn", idColumn, COLUMN),
                plain("fenceColumn", fenceColumn, COLUMN));
    }

    /**
     * Locks a row until the transaction ends, and closes it to every holder before this one. The transaction goes on
     * only if this returns; if it throws, roll back.
     *
     * @param connection one with a transaction, not in auto-commit mode
     * @param id which row, of a type that the driver's {@code setObject} takes
     * @param token the fencing token, from 1
     * @throws StaleTokenException if a newer holder has been here
     * @throws MissingRowException if there is no such row
     * @throws IllegalArgumentException if the connection commits by itself, or an argument is not allowed
     * @throws IllegalStateException if several rows have this id
     * @throws CodecException if the row's fence is null
     * @throws SQLException if the database refuses: a lock timeout, a serialization failure, and the like
     */
    public void advance(Connection connection, Object id, long token) throws SQLException {
        Check.notNull("connection", connection);
        Check.notNull("id", id);
        FencingToken.check(token);
        if (connection.getAutoCommit()) {
            throw new IllegalArgumentException("connection: must not be in auto-commit mode, which ends the guard with"
                    + " its own statement; call setAutoCommit(false), or begin a transaction");
        }
        for (int i = 0; i < TRIES; i++) {
            if (update(connection, id, token)) {
                return;
            }
            long highest = highest(connection, id);
            if (highest > token) {
                throw new StaleTokenException(highest);
            }
        }
        throw new SQLTransactionRollbackException(
                "The transaction sees an older state of the row than it would change; roll back and run it anew",
                "40001");
    }

    /** False if no row has this id and a fence that is not newer. */
    private boolean update(Connection connection, Object id, long token) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(advance)) {
            statement.setLong(1, token);
            statement.setObject(2, id);
            statement.setLong(3, token);
            int rows = statement.executeUpdate();
            if (rows > 1) {
                throw new IllegalStateException("idColumn: must be unique; " + rows + " rows have this id");
            }
            return rows == 1;
        }
    }

    private long highest(Connection connection, Object id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(read)) {
            statement.setObject(1, id);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new MissingRowException();
                }
                long highest = row.getLong(1);
                if (row.wasNull()) {
                    throw new CodecException("The row's fence is null; declare it NOT NULL DEFAULT 0", null);
                }
                return highest;
            }
        }
    }

    private static String plain(String parameter, String name, Pattern form) {
        if (!form.matcher(Check.text(parameter, name)).matches()) {
            throw new IllegalArgumentException(parameter + ": must be of ASCII letters, digits and underscores, "
                    + "and not begin with a digit" + (form == TABLE ? "; up to three such names with dots" : ""));
        }
        return name;
    }
}
