/**
 * Cache-aside: read from Redis, else load from the source of truth and fill Redis; write to the source and invalidate.
 *
 * <p>The naive form (GET, query, SET) fails in two ways. When a hot key expires, every reader queries the database at
 * once: a stampede. And a reader that loaded before a write but fills after the invalidation leaves the old value in the
 * cache: a stale set. Here a missing key is loaded by one caller in the fleet, who holds a lease on it, and only the
 * holder of the lease may fill. Lease and entry are the same key, so whatever removes the entry ends the lease, and the
 * late fill is discarded.
 *
 * <p>{@link io.github.redispatterns.cacheaside.CacheAside} is the entry point.
 */
@NullMarked
package io.github.redispatterns.cacheaside;

import org.jspecify.annotations.NullMarked;
