/** Benches of a cache inside the JVM: the limit that a near cache has. */
@NullMarked
package io.github.redispatterns.benchmarks.nearcache;

import org.jspecify.annotations.NullMarked;
