package io.github.redispatterns.brokenrecipe.other;

import io.github.redispatterns.brokenrecipe.one.One;

/** The other half. */
public final class Other {

    public static final Class<?> ONE = One.class;

    private Other() {}
}
