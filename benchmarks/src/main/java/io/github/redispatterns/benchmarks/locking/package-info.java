/** What is measured of a lock that several want, whichever library it is of. */
@NullMarked
package io.github.redispatterns.benchmarks.locking;

import org.jspecify.annotations.NullMarked;
