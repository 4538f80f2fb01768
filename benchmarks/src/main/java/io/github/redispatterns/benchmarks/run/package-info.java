/** Runs benches round by round and makes rows of what was measured. Knows nothing of showing. */
@NullMarked
package io.github.redispatterns.benchmarks.run;

import org.jspecify.annotations.NullMarked;
