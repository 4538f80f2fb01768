/** What a benchmark consists of: a question, loads, contenders and bounds. */
@NullMarked
package io.github.redispatterns.benchmarks.bench;

import org.jspecify.annotations.NullMarked;
