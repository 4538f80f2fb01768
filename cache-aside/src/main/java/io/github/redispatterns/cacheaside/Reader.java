package io.github.redispatterns.cacheaside;

/**
 * One caller of get.
 *
 * @param began when the call began, a monotonic time, ns: it decides which values the caller may have
 * @param deadline until when it waits for the loads of others, a monotonic time, ns
 */
record Reader<V>(String key, AsyncLoader<? extends V> loader, long began, long deadline) {}
