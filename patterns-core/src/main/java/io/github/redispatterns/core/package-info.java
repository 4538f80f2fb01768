/**
 * What every recipe stands on: one handle on one Redis deployment, whatever its topology.
 *
 * <p>{@link io.github.redispatterns.core.Redis} owns the connections and tells the two kinds of failure apart: a call
 * that was {@linkplain io.github.redispatterns.core.NotExecutedException not executed} and one whose
 * {@linkplain io.github.redispatterns.core.UnknownOutcomeException outcome is unknown}.
 * {@link io.github.redispatterns.core.LuaScript} runs one atomic step, {@link io.github.redispatterns.core.KeySpace}
 * builds every key, {@link io.github.redispatterns.core.Codec} turns values into bytes, and
 * {@link io.github.redispatterns.core.Sync} is the only bridge from asynchronous to blocking calls.
 */
@NullMarked
package io.github.redispatterns.core;

import org.jspecify.annotations.NullMarked;
