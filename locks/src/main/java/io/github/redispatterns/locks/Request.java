package io.github.redispatterns.locks;

/**
 * One request for a lease; asked again with the same token it gets the same lease.
 *
 * @param key what is locked
 * @param token whose it is
 * @param ttlMillis how long the lease lasts
 * @param mode what kind of share it is, for locks that have several; else empty
 * @param named whether a caller has chosen the token, so that there may be another request with the same
 */
record Request(String key, String token, long ttlMillis, String mode, boolean named) {

    /** With a token of its own. */
    Request(String key, String token, long ttlMillis, String mode) {
        this(key, token, ttlMillis, mode, false);
    }

    /** What tells it from others; the key may have blanks in it, the token has none. */
    String id() {
        return id(key, token);
    }

    static String id(String key, String token) {
        return token + ' ' + key;
    }
}
