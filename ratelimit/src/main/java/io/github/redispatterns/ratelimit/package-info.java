/**
 * Rate limiters: who may do how much in which time, decided in Redis for the whole fleet.
 *
 * <p>The naive form (INCR, then EXPIRE) locks a user out for ever if the process dies between the two, and lets twice the
 * limit through where two windows meet; the naive log (ZADD, then count) counts what it refuses, so that whoever keeps
 * trying never gets in again. Here each algorithm is one script on one key: it decides by the server's clock, in whole
 * numbers, in one round trip. What is refused takes nothing and stores nothing, each refusal says when the same call
 * would be granted, and a key is gone as soon as nothing is left to remember.
 *
 * <p>{@link io.github.redispatterns.ratelimit.RateLimiter} is the entry point;
 * {@link io.github.redispatterns.ratelimit.Algorithm} says which algorithm is for what.
 * {@link io.github.redispatterns.ratelimit.CompositeRateLimiter} keeps several limits at once,
 * {@link io.github.redispatterns.ratelimit.ConcurrencyLimiter} limits how many act at the same time.
 */
@NullMarked
package io.github.redispatterns.ratelimit;

import org.jspecify.annotations.NullMarked;
