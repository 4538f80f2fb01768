package io.github.redispatterns.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Declares keys that a test, or all tests of a class, may leave without a TTL. */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface ImmortalKeys {

    /**
     * The patterns of whole keys: {@code *} stands for any characters, {@code ?} for one, all others for themselves.
     *
     * @return at least one pattern
     */
    String[] value();
}
