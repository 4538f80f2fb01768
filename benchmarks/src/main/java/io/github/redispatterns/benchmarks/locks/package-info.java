/** Benches of locks: the recipe, the limits and the peers. */
@NullMarked
package io.github.redispatterns.benchmarks.locks;

import org.jspecify.annotations.NullMarked;
