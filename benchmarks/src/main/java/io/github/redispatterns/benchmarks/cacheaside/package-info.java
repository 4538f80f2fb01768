/** Benches of cache-aside. */
@NullMarked
package io.github.redispatterns.benchmarks.cacheaside;

import org.jspecify.annotations.NullMarked;
