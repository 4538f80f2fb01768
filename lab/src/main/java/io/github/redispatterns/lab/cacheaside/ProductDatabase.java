package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.lab.equipment.Database;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** A database server with one table of products. */
final class ProductDatabase implements AutoCloseable {

    private final Database database = Database.start();

    private ProductDatabase() throws SQLException {
        try (Statement ddl = database.admin().createStatement()) {
            ddl.execute("CREATE ALIAS think FOR '" + ThinkTime.class.getName() + ".think'");
            ddl.execute("CREATE TABLE product (id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, version BIGINT NOT NULL)");
        }
    }

    static ProductDatabase start() throws SQLException {
        return new ProductDatabase();
    }

    /** For services in this process. */
    Database.Access local() {
        return database.local();
    }

    /** For services in other processes. */
    Database.Access remote() {
        return database.remote();
    }

    Product insert(long id, String productName) throws SQLException {
        try (PreparedStatement insert = database.admin().prepareStatement("INSERT INTO product VALUES (?, ?, 0)")) {
            insert.setLong(1, id);
            insert.setString(2, productName);
            insert.executeUpdate();
        }
        return new Product(id, productName, 0);
    }

    /** Inserts many products at once, with the ids from 0 on; {@link #numbered} tells what they are. */
    void insertNumbered(int count) throws SQLException {
        try (PreparedStatement insert = database.admin()
                .prepareStatement("INSERT INTO product SELECT x, 'product ' || x, 0 FROM SYSTEM_RANGE(0, ?)")) {
            insert.setInt(1, count - 1);
            insert.executeUpdate();
        }
    }

    static Product numbered(long id) {
        return new Product(id, "product " + id, 0);
    }

    /** What it was asked. */
    QueryLog log() {
        return ThinkTime.log(database.name());
    }

    /** How many of the costly queries the database has run so far. */
    long queries() {
        return log().queries();
    }

    @Override
    public void close() throws SQLException {
        try {
            database.close();
        } finally {
            ThinkTime.forget(database.name());
        }
    }
}
