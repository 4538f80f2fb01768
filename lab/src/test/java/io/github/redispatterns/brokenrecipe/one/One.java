package io.github.redispatterns.brokenrecipe.one;

import io.github.redispatterns.brokenrecipe.other.Other;

/** Half of a cycle. */
public final class One {

    public static final Class<?> OTHER = Other.class;

    private One() {}
}
