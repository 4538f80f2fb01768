/** Benches of the core: the handle and its scripts beside plain Lettuce. */
@NullMarked
package io.github.redispatterns.benchmarks.core;

import org.jspecify.annotations.NullMarked;
