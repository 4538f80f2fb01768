/** Benches of rate limiters: the limits, the recipe and the peers. */
@NullMarked
package io.github.redispatterns.benchmarks.ratelimit;

import org.jspecify.annotations.NullMarked;
