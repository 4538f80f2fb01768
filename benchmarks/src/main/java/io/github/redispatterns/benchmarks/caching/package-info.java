/** What is measured of a cache that loads what is missing, whichever library it is of. */
@NullMarked
package io.github.redispatterns.benchmarks.caching;

import org.jspecify.annotations.NullMarked;
