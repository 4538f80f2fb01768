package io.github.redispatterns.testkit;

import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;

/**
 * The URI of a Redis that runs already. Lettuce masks the credentials when it writes a URI, so the text is kept too.
 *
 * @param origin who gave it, for reports
 */
record GivenUri(String origin, String text, RedisURI parsed) {

    private static final String FORMS =
            "redis://host:6379, rediss://host:6379 or redis-sentinel://host:26379,host:26379#master";

    static GivenUri of(Settings settings) {
        if (settings.uri() == null) {
            throw new TestkitException("REDIS_PROVIDER is uri, but REDIS_URI is not set");
        }
        RedisURI parsed = parse(settings.uri());
        if (parsed == null) {
            throw new TestkitException("REDIS_URI is no Redis URI; it looks like " + FORMS);
        }
        return new GivenUri("REDIS_URI", settings.uri(), parsed);
    }

    static GivenUri of(String uri) {
        RedisURI parsed = parse(Check.notNull("uri", uri));
        if (parsed == null) {
            throw new IllegalArgumentException("uri: must be such as " + FORMS);
        }
        return new GivenUri("given URI", uri, parsed);
    }

    /** Null if it is none: neither the text nor Lettuce's complaint is shown, for they may hold the password. */
    private static @Nullable RedisURI parse(String text) {
        try {
            RedisURI uri = RedisURI.create(text);
            boolean named = uri.getSentinels().isEmpty() || uri.getSentinelMasterId() != null;
            return named && uri.getSocket() == null ? uri : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Of the credentials, empty or with an {@code @} at the end. */
    String userInfo() {
        return authority().substring(0, authority().lastIndexOf('@') + 1);
    }

    /** Without credentials. */
    String address() {
        String scheme = text.substring(0, text.indexOf("://") + 3);
        return scheme + authority().substring(userInfo().length());
    }

    private String authority() {
        return text.substring(text.indexOf("://") + 3).split("[/?#]", 2)[0];
    }
}
