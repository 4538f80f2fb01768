/** What is measured: one operation of one library in one configuration. */
@NullMarked
package io.github.redispatterns.benchmarks.subject;

import org.jspecify.annotations.NullMarked;
