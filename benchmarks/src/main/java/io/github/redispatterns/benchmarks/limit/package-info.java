/**
 * The limits that every bench on a Redis shows: bare commands through plain Lettuce ({@code raw}), and the same through our
 * {@code Redis} ({@code handle}).
 */
@NullMarked
package io.github.redispatterns.benchmarks.limit;

import org.jspecify.annotations.NullMarked;
