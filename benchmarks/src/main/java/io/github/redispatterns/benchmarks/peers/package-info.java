/**
 * What a user would pick instead, each as it comes and in the best configuration that was found. {@code ./recipes bench}
 * measures all of them. Every peer runs on the Netty of our Lettuce.
 */
@NullMarked
package io.github.redispatterns.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
