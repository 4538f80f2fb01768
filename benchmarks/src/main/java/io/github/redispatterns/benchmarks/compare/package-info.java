/** Lays two runs side by side, from what they wrote. */
@NullMarked
package io.github.redispatterns.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
