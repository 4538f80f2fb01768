package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.AsyncLoader;
import io.github.redispatterns.cacheaside.BulkLoader;
import io.github.redispatterns.cacheaside.CacheAside;
import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.cacheaside.Loader;
import io.github.redispatterns.core.JsonCodec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The recipe. */
final class RecipeCache implements ProductCache {

    private final KeySpace keys;
    private final CacheAside<Product> cache;

    RecipeCache(Redis redis, KeySpace keys) {
        this(redis, keys, CacheAsideOptions.ofTtl(Duration.ofMinutes(30)));
    }

    RecipeCache(Redis redis, KeySpace keys, CacheAsideOptions options) {
        this.keys = keys.child("recipe");
        this.cache = CacheAside.create(redis, this.keys, JsonCodec.of(Product.class), options);
    }

    @Override
    public @Nullable Product find(long id, Loader<Product> loader) {
        return cache.get(Long.toString(id), loader);
    }

    CompletionStage<@Nullable Product> findAsync(long id, AsyncLoader<Product> loader) {
        return cache.getAsync(Long.toString(id), loader);
    }

    Map<String, Product> getAll(Collection<String> ids, BulkLoader<Product> loader) {
        return cache.getAll(ids, loader);
    }

    @Override
    public CompletionStage<?> putAsync(Product product) {
        return cache.putAsync(Long.toString(product.id()), product);
    }

    @Override
    public void invalidate(long id) {
        cache.invalidate(Long.toString(id));
    }

    @Override
    public String key(long id) {
        return keys.key(Long.toString(id));
    }

    @Override
    public void close() {
        cache.close();
    }
}
