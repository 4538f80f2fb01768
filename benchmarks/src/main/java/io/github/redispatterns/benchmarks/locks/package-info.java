/** Benches of locks: the limits and the peers. The recipe comes with its module. */
@NullMarked
package io.github.redispatterns.benchmarks.locks;

import org.jspecify.annotations.NullMarked;
