package io.github.redispatterns.lab.cacheaside;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.h2.jdbcx.JdbcConnectionPool;

/** The source of truth as a service sees it: SQL through a connection pool. */
final class Products implements AutoCloseable {

    private static final String LOAD = "SELECT id, name, version, think(?) FROM product WHERE id = ?";
    private static final String CHANGE = "UPDATE product SET version = version + 1 WHERE id = ?";

    private final JdbcConnectionPool pool;
    private final int thinkMillis;
    /** H2's pool polls for a free connection; a queue in front of it costs a thousand waiting readers nothing. */
    private final Semaphore free;

    /** Opens every connection, as a service does before it takes traffic. */
    Products(ProductDatabase.Access access, int connections, int thinkMillis) throws SQLException {
        this.pool = JdbcConnectionPool.create(access.url(), access.user(), access.password());
        this.pool.setMaxConnections(connections);
        this.free = new Semaphore(connections, true);
        this.thinkMillis = thinkMillis;
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                all.add(pool.getConnection());
            }
        } finally {
            for (Connection connection : all) {
                connection.close(); // back into the pool
            }
        }
    }

    /** The costly query. */
    Product load(long id) throws SQLException, InterruptedException {
        return withConnection(connection -> {
            try (PreparedStatement query = connection.prepareStatement(LOAD)) {
                query.setInt(1, thinkMillis);
                query.setLong(2, id);
                try (ResultSet rows = query.executeQuery()) {
                    if (!rows.next()) {
                        throw new SQLException("There is no product " + id);
                    }
                    return new Product(rows.getLong("id"), rows.getString("name"), rows.getLong("version"));
                }
            }
        });
    }

    /** Changes a product; committed on return. */
    void change(long id) throws SQLException, InterruptedException {
        int rows = withConnection(connection -> {
            try (PreparedStatement update = connection.prepareStatement(CHANGE)) {
                update.setLong(1, id);
                return update.executeUpdate(); // the pool's connections commit each statement
            }
        });
        if (rows != 1) {
            throw new SQLException("There is no product " + id);
        }
    }

    @Override
    public void close() {
        pool.dispose();
    }

    private <T> T withConnection(Work<T> work) throws SQLException, InterruptedException {
        free.acquire();
        try (Connection connection = pool.getConnection()) {
            return work.with(connection);
        } finally {
            free.release();
        }
    }

    private interface Work<T> {
        T with(Connection connection) throws SQLException;
    }
}
