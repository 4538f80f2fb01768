/** All benches that there are. */
@NullMarked
package io.github.redispatterns.benchmarks.catalog;

import org.jspecify.annotations.NullMarked;
