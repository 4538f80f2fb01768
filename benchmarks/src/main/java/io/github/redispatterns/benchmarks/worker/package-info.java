/** One JVM per contender, and how its parent speaks to it. */
@NullMarked
package io.github.redispatterns.benchmarks.worker;

import org.jspecify.annotations.NullMarked;
