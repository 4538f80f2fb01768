package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.equipment.Database;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.testkit.Topology;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A service with one product on its most popular page, in this process. */
final class Service implements Member {

    /**
     * What a service needs to know, also as JSON for another process.
     *
     * @param topology how the Redis servers are arranged
     * @param redis their URIs
     * @param keyPath the segments of the key space
     * @param database how to reach the database
     * @param connections how many it keeps to the database
     * @param thinkMillis how long its query takes there, ms
     * @param product what is read, and what must be answered
     */
    record Setup(
            Topology topology,
            List<String> redis,
            List<String> keyPath,
            Database.Access database,
            int connections,
            int thinkMillis,
            Product product) {}

    private final Product product;
    private final Redis redis;
    private final Products products;
    private final Map<Answer, ProductCache> caches = new EnumMap<>(Answer.class);
    private @Nullable Crowd crowd;

    Service(Setup setup) throws SQLException {
        product = setup.product();
        products = new Products(setup.database(), setup.connections(), setup.thinkMillis());
        redis = Context.open(setup.topology(), setup.redis(), Context.patient().build());
        for (Answer answer : Answer.values()) {
            caches.put(answer, answer.cache(redis, Context.keys(setup.keyPath())));
        }
    }

    @Override
    public void lineUp(Answer answer, int readers) throws InterruptedException {
        ProductCache cache = caches.get(answer);
        if (cache == null) {
            throw new IllegalStateException("There is no cache for " + answer);
        }
        Callable<Product> read = () -> cache.get(product.id(), key -> products.load(product.id()));
        crowd = new Crowd(readers, read, product);
    }

    @Override
    public Reading go() throws Exception {
        Crowd linedUp = crowd;
        if (linedUp == null) {
            throw new IllegalStateException("Nobody has lined up");
        }
        crowd = null;
        return linedUp.go();
    }

    @Override
    public void close() {
        products.close();
        redis.close();
    }
}
