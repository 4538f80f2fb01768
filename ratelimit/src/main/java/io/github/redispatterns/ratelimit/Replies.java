package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads what the scripts reply. */
final class Replies {

    private Replies() {}

    static long number(List<@Nullable Object> reply, int at) {
        return (Long) Objects.requireNonNull(reply.get(at));
    }

    static Duration micros(List<@Nullable Object> reply, int at) {
        return Duration.of(number(reply, at), ChronoUnit.MICROS);
    }
}
