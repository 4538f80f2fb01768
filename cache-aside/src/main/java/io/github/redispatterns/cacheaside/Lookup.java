package io.github.redispatterns.cacheaside;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the cache, and where it came from.
 *
 * @param value the value, or null if the source of truth has none
 * @param source where the answer came from
 * @param age how old the answer is, by the server's clock, exact to about one round trip; zero if it was just loaded
 * @param <V> the type of the value
 */
public record Lookup<V>(@Nullable V value, Source source, Duration age) {}
