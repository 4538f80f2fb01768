/** Benches of rate limiters: the limits and the peers. The recipe comes with its module. */
@NullMarked
package io.github.redispatterns.benchmarks.ratelimit;

import org.jspecify.annotations.NullMarked;
