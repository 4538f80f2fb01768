package io.github.redispatterns.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * Runs a test class once per topology on a real Redis that all test classes share.
 *
 * <p>The class declares {@code @Parameter RedisDeployment redis}, or a constructor with that parameter; its methods may
 * take {@link TestKeys}. After each test faults are {@linkplain RedisDeployment#heal() healed}, keys without a TTL fail
 * the test unless {@link ImmortalKeys} declares them, and the test's keys are deleted. On servers that the testkit
 * started, that concerns all keys in all databases; on a given URI only keys under the test's own
 * {@link TestKeys#prefix()}, in the URI's database: a key without a TTL under any other name is not noticed there.
 *
 * <p><b>Guarantees</b>: a test that cannot get its Redis fails; nothing is skipped in silence. With
 * {@link Provider#URI} the class runs on the given topology alone, and fails if that is none of its own.
 *
 * <p><b>Does not guarantee</b>: isolation of tests that run at the same time; the check for keys without a TTL looks at
 * all keys of servers that the testkit started.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}", autoCloseArguments = false)
@ArgumentsSource(SharedArguments.class)
@ExtendWith(RedisTestExtension.class)
public @interface RedisTest {

    /**
     * The topologies that the class runs on.
     *
     * @return all topologies unless told otherwise
     */
    Topology[] topologies() default {Topology.STANDALONE, Topology.SENTINEL, Topology.CLUSTER};
}
