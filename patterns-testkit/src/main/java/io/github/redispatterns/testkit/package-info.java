/**
 * A real Redis for tests: standalone, Sentinel or Cluster, from a URI, a container or an embedded binary, with faults
 * on demand.
 *
 * <p>Start with {@link io.github.redispatterns.testkit.RedisTest} in JUnit tests, or with
 * {@link io.github.redispatterns.testkit.RedisDeployment} anywhere else.
 */
@NullMarked
package io.github.redispatterns.testkit;

import org.jspecify.annotations.NullMarked;
