package io.github.redispatterns.cacheaside;

/** What every read and load of one cache works with. */
record CacheParts<V>(CacheStore store, CacheFormat<V> format, CacheAsideOptions options, CacheMetrics metrics) {}
