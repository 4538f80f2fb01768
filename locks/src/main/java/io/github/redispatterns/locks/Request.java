package io.github.redispatterns.locks;

/**
 * One request for a lease; asked again with the same token it gets the same lease.
 *
 * @param key what is locked
 * @param token whose it is
 * @param ttlMillis how long the lease lasts
 * @param mode what kind of share it is, for locks that have several; else empty
 */
record Request(String key, String token, long ttlMillis, String mode) {}
