package io.github.redispatterns.lab.equipment;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.UUID;
import org.h2.tools.Server;

/** A database server: H2 in memory, reachable from other processes over loopback. */
public final class Database implements AutoCloseable {

    static {
        // H2 reads it once, when its first class is loaded; without it the server would listen on every interface.
        System.setProperty("h2.bindAddress", "127.0.0.1");
    }

    /**
     * How to connect.
     *
     * @param url for JDBC
     * @param user who
     * @param password known to this JVM alone, and to whom it is passed on
     */
    public record Access(String url, String user, String password) {

        /**
         * Connects.
         *
         * @return a connection that commits each statement; close it
         * @throws SQLException if that fails
         */
        public Connection connect() throws SQLException {
            return DriverManager.getConnection(url, user, password);
        }
    }

    private static final String USER = "lab";

    private final String name;
    private final String password = UUID.randomUUID().toString();
    private final Connection admin;
    private final Server server;

    private Database() throws SQLException {
        name = ("lab_" + UUID.randomUUID().toString().replace('-', '_')).toUpperCase(Locale.ROOT);
        admin = local().connect(); // it lives as long as this connection
        server = Server.createTcpServer("-tcpPort", "0").start();
    }

    /**
     * Starts one.
     *
     * @return an empty database; close it
     * @throws SQLException if that fails
     */
    public static Database start() throws SQLException {
        return new Database();
    }

    /**
     * The name, unlike that of any other.
     *
     * @return the catalog of its sessions
     */
    public String name() {
        return name;
    }

    /**
     * A connection with all rights.
     *
     * @return the same each time; it stays open
     */
    public Connection admin() {
        return admin;
    }

    /**
     * For this process.
     *
     * @return how to connect
     */
    public Access local() {
        return new Access("jdbc:h2:mem:" + name, USER, password);
    }

    /**
     * For other processes.
     *
     * @return how to connect
     */
    public Access remote() {
        return new Access("jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/mem:" + name, USER, password);
    }

    @Override
    public void close() throws SQLException {
        try (Statement shutdown = admin.createStatement()) {
            shutdown.execute("SHUTDOWN");
        } finally {
            server.stop();
        }
    }
}
