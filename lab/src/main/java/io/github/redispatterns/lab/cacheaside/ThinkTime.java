package io.github.redispatterns.lab.cacheaside;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stored function {@code think(ms)}. It runs inside the database, in the database's process, and stands for the
 * work of a costly query: it takes that long, and the database counts it.
 */
public final class ThinkTime {

    private static final Map<String, QueryLog> LOGS = new ConcurrentHashMap<>();

    private ThinkTime() {}

    /**
     * Takes some time.
     *
     * @param session the session that the query runs in; H2 passes it
     * @param millis how long, ms
     * @return 0, so that it can stand in a select list
     * @throws SQLException if the session is closed
     * @throws InterruptedException if the database is shut down meanwhile
     */
    public static int think(Connection session, int millis) throws SQLException, InterruptedException {
        QueryLog log = log(session.getCatalog());
        log.begin();
        try {
            if (millis > 0) {
                Thread.sleep(millis);
            }
            return 0;
        } finally {
            log.end();
        }
    }

    /** What a database's queries have called the function for; for the process that the database runs in. */
    static QueryLog log(String database) {
        return LOGS.computeIfAbsent(database, name -> new QueryLog());
    }

    static void forget(String database) {
        LOGS.remove(database);
    }
}
