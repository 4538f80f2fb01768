/** Shows rows: for people, for programs, and as a document. */
@NullMarked
package io.github.redispatterns.benchmarks.show;

import org.jspecify.annotations.NullMarked;
