package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.CacheAside;
import io.github.redispatterns.cacheaside.CacheAsideOptions;
import io.github.redispatterns.cacheaside.Loader;
import io.github.redispatterns.core.JsonCodec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.time.Duration;

/** The recipe. */
final class RecipeCache implements ProductCache {

    private final KeySpace keys;
    private final CacheAside<Product> cache;

    RecipeCache(Redis redis, KeySpace keys) {
        this.keys = keys.child("recipe");
        this.cache = CacheAside.create(
                redis, this.keys, JsonCodec.of(Product.class), CacheAsideOptions.ofTtl(Duration.ofMinutes(30)));
    }

    @Override
    public Product get(long id, Loader<Product> loader) {
        Product product = cache.get(Long.toString(id), loader);
        if (product == null) {
            throw new IllegalStateException("There is no product " + id);
        }
        return product;
    }

    @Override
    public void invalidate(long id) {
        cache.invalidate(Long.toString(id));
    }

    @Override
    public String key(long id) {
        return keys.key(Long.toString(id));
    }
}
