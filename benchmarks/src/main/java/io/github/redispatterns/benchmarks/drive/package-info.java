/** How the operations of a subject are driven and timed. */
@NullMarked
package io.github.redispatterns.benchmarks.drive;

import org.jspecify.annotations.NullMarked;
