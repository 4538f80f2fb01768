package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.Loader;

/** What a service does with its cache; the two answers of the experiments differ only behind this. */
interface ProductCache {

    /** Reads a product, from the database if the cache has it not. */
    Product get(long id, Loader<Product> loader) throws Exception;

    /** Called by whoever has changed a product, after the commit. */
    void invalidate(long id);

    /** The key that a product is kept at. */
    String key(long id);
}
