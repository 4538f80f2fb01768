package io.github.redispatterns.lab.cacheaside;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.cacheaside.Loader;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The naive answer: look, load on a miss, store with a time to live; delete after a write. */
final class NaiveCache implements ProductCache {

    private final Redis redis;
    private final KeySpace keys;
    private final Duration ttl;
    private final ObjectMapper json = new ObjectMapper();

    NaiveCache(Redis redis, KeySpace keys) {
        this(redis, keys, Duration.ofMinutes(30));
    }

    NaiveCache(Redis redis, KeySpace keys, Duration ttl) {
        this.redis = redis;
        this.keys = keys.child("naive");
        this.ttl = ttl;
    }

    @Override
    public @Nullable Product find(long id, Loader<Product> loader) throws Exception {
        String cached = redis.<@Nullable String>execute(commands -> commands.get(key(id)));
        if (cached != null) {
            return json.readValue(cached, Product.class);
        }
        Product product = loader.load(Long.toString(id));
        if (product != null) {
            Sync.await(putAsync(product));
        }
        return product;
    }

    @Override
    public CompletionStage<?> putAsync(Product product) {
        String text;
        try {
            text = json.writeValueAsString(product);
        } catch (JsonProcessingException e) {
            return CompletableFuture.failedFuture(e);
        }
        return redis.executeAsync(commands -> commands.set(key(product.id()), text, SetArgs.Builder.px(ttl)));
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
