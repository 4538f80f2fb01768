package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.BulkLoader;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Loads many products by one query, and counts what one reader has loaded. For one thread. */
final class CountingLoader implements BulkLoader<Product> {

    private final Products products;
    private long queries;
    private long rows;
    private long nanos;

    CountingLoader(Products products) {
        this.products = products;
    }

    @Override
    public Map<String, Product> load(Set<String> keys) throws Exception {
        long begin = System.nanoTime();
        Map<String, Product> loaded = new HashMap<>();
        products.findAll(keys.stream().map(Long::valueOf).collect(Collectors.toSet()))
                .forEach((id, product) -> loaded.put(Long.toString(id), product));
        nanos += System.nanoTime() - begin;
        queries++;
        rows += loaded.size();
        return loaded;
    }

    /** Loads one. */
    Product load(String key) throws Exception {
        Product product = load(Set.of(key)).get(key);
        if (product == null) {
            throw new IllegalStateException("There is no product " + key);
        }
        return product;
    }

    long queries() {
        return queries;
    }

    long rows() {
        return rows;
    }

    /** How long all of that took. */
    long nanos() {
        return nanos;
    }
}
