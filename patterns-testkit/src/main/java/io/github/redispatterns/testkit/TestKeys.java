package io.github.redispatterns.testkit;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The keys of one test invocation; a parameter of test and life-cycle methods of a {@link RedisTest} class.
 *
 * <p><b>Guarantees</b>: keys of different invocations differ; they are deleted after the test.
 *
 * <p><b>Keys</b>: {@code <class>.<method>.<random>:<name>}
 *
 * <p><b>Thread safety</b>: safe, immutable.
 */
public final class TestKeys {

    private final String prefix;

    private TestKeys(String prefix) {
        this.prefix = prefix;
    }

    static TestKeys of(String testClass, String method) {
        long random = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
        return new TestKeys(plain(testClass) + "." + plain(method) + "." + Long.toString(random, Character.MAX_RADIX));
    }

    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }

    /**
     * The prefix that all keys of this test must begin with.
     *
     * @return letters, digits, {@code _} and {@code .} only, without a separator at the end
     */
    public String prefix() {
        return prefix;
    }

    /**
     * Builds a key of this test.
     *
     * @param name any text; a hash tag in it decides the slot
     * @return the prefix, a colon, the name
     * @throws IllegalArgumentException if the name is null
     */
    public String key(String name) {
        return prefix + ":" + Check.notNull("name", name);
    }

    /** {@return the prefix} */
    @Override
    public String toString() {
        return prefix;
    }
}
