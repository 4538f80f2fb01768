package io.github.redispatterns.lab.cacheaside;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.cacheaside.Loader;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The naive answer: look, load on a miss, store with a time to live; delete after a write. */
final class NaiveCache implements ProductCache {

    private static final Duration TTL = Duration.ofMinutes(30);

    private final Redis redis;
    private final KeySpace keys;
    private final ObjectMapper json = new ObjectMapper();

    NaiveCache(Redis redis, KeySpace keys) {
        this.redis = redis;
        this.keys = keys.child("naive");
    }

    @Override
    public Product get(long id, Loader<Product> loader) throws Exception {
        String cached = redis.<@Nullable String>execute(commands -> commands.get(key(id)));
        if (cached != null) {
            return json.readValue(cached, Product.class);
        }
        Product product = loader.load(Long.toString(id));
        if (product == null) {
            throw new IllegalStateException("There is no product " + id);
        }
        String text = json.writeValueAsString(product);
        redis.execute(commands -> commands.set(key(id), text, SetArgs.Builder.ex(TTL)));
        return product;
    }

    @Override
    public void invalidate(long id) {
        redis.execute(commands -> commands.del(key(id)));
    }

    @Override
    public String key(long id) {
        return keys.key(Long.toString(id));
    }
}
