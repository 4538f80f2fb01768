package io.github.redispatterns.lab.cacheaside;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.UUID;
import org.h2.tools.Server;

/** A database server with one table of products: H2 in memory, reachable from other processes over loopback. */
final class ProductDatabase implements AutoCloseable {

    static {
        // H2 reads it once, when its first class is loaded; without it the server would listen on every interface.
        System.setProperty("h2.bindAddress", "127.0.0.1");
    }

    /** How a service connects. */
    record Access(String url, String user, String password) {}

    private static final String USER = "shop";

    private final String name;
    private final String password = UUID.randomUUID().toString();
    private final Connection admin;
    private final Server server;

    private ProductDatabase() throws SQLException {
        name = ("shop_" + UUID.randomUUID().toString().replace('-', '_')).toUpperCase(Locale.ROOT);
        admin = DriverManager.getConnection("jdbc:h2:mem:" + name, USER, password); // lives as long as this connection
        try (Statement ddl = admin.createStatement()) {
            ddl.execute("CREATE ALIAS think FOR '" + ThinkTime.class.getName() + ".think'");
            ddl.execute("CREATE TABLE product (id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, version BIGINT NOT NULL)");
        }
        server = Server.createTcpServer("-tcpPort", "0").start();
    }

    static ProductDatabase start() throws SQLException {
        return new ProductDatabase();
    }

    /** For services in this process. */
    Access local() {
        return new Access("jdbc:h2:mem:" + name, USER, password);
    }

    /** For services in other processes. */
    Access remote() {
        return new Access("jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/mem:" + name, USER, password);
    }

    Product insert(long id, String productName) throws SQLException {
        try (PreparedStatement insert = admin.prepareStatement("INSERT INTO product VALUES (?, ?, 0)")) {
            insert.setLong(1, id);
            insert.setString(2, productName);
            insert.executeUpdate();
        }
        return new Product(id, productName, 0);
    }

    /** Inserts many products at once, with the ids from 0 on; {@link #numbered} tells what they are. */
    void insertNumbered(int count) throws SQLException {
        try (PreparedStatement insert =
                admin.prepareStatement("INSERT INTO product SELECT x, 'product ' || x, 0 FROM SYSTEM_RANGE(0, ?)")) {
            insert.setInt(1, count - 1);
            insert.executeUpdate();
        }
    }

    static Product numbered(long id) {
        return new Product(id, "product " + id, 0);
    }

    /** What it was asked. */
    QueryLog log() {
        return ThinkTime.log(name);
    }

    /** How many of the costly queries the database has run so far. */
    long queries() {
        return log().queries();
    }

    @Override
    public void close() throws SQLException {
        try (Statement shutdown = admin.createStatement()) {
            shutdown.execute("SHUTDOWN");
        } finally {
            server.stop();
            ThinkTime.forget(name);
        }
    }
}
