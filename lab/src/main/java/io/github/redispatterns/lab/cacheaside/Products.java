package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.lab.equipment.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;

/** The source of truth as a service sees it: SQL through a connection pool. */
final class Products implements AutoCloseable {

    /** The query thinks once, whether it finds nothing, one row or many. */
    private static final String LOAD = "SELECT id, name, version, thought FROM (SELECT think(?) AS thought) AS work"
            + " LEFT JOIN product ON id = ANY(?)";

    private static final String CHANGE = "UPDATE product SET version = version + 1 WHERE id = ?";

    private final JdbcConnectionPool pool;
    private final int thinkMillis;
    /** H2's pool polls for a free connection; a queue in front of it costs a thousand waiting readers nothing. */
    private final Semaphore free;

    /** Opens every connection, as a service does before it takes traffic. */
    Products(Database.Access access, int connections, int thinkMillis) throws SQLException {
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

    /** The costly query, for a product that is there. */
    Product load(long id) throws SQLException, InterruptedException {
        Product product = find(id);
        if (product == null) {
            throw new SQLException("There is no product " + id);
        }
        return product;
    }

    /** The costly query; null if there is no such product. */
    @Nullable Product find(long id) throws SQLException, InterruptedException {
        return findAll(Set.of(id)).get(id);
    }

    /** The costly query, once for all of them; those that are not there are left out. */
    Map<Long, Product> findAll(Set<Long> ids) throws SQLException, InterruptedException {
        return withConnection(connection -> {
            try (PreparedStatement query = connection.prepareStatement(LOAD)) {
                query.setInt(1, thinkMillis);
                query.setObject(2, ids.toArray());
                Map<Long, Product> found = new HashMap<>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        long id = rows.getLong("id");
                        if (!rows.wasNull()) {
                            found.put(id, new Product(id, rows.getString("name"), rows.getLong("version")));
                        }
                    }
                }
                return found;
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
