package io.github.redispatterns.locks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads what the scripts reply. */
final class Replies {

    private Replies() {}

    /** {@code fence}, {@code {fence, ms left}} or {@code {0, ms left, server time}}; Lettuce makes a list of each. */
    static Answer answer(Request request, List<@Nullable Object> reply) {
        long fence = number(reply, 0);
        if (fence == 0) {
            return new Answer.Refused(number(reply, 1), number(reply, 2));
        }
        return new Answer.Granted(fence, reply.size() == 1 ? request.ttlMillis() : number(reply, 1));
    }

    /** {@code {fencing token, ms left, server time}}, or {@code {nil, …}} from one that did not get the lock. */
    static Answer answer(List<@Nullable Object> reply) {
        Object fence = reply.get(0);
        long leftMillis = number(reply, 1);
        return fence == null
                ? new Answer.Refused(leftMillis, number(reply, 2))
                : new Answer.Granted(Long.parseLong(text(fence)), leftMillis);
    }

    /** {@code {1 if known, ms until the next lease ends, server time, then of each holder: token, fencing token, ms left}}. */
    static Sighting sighting(List<@Nullable Object> reply) {
        List<Sighting.Holder> holders = new ArrayList<>();
        for (int i = 3; i < reply.size(); i += 3) {
            String token = text(Objects.requireNonNull(reply.get(i)));
            long fence = Long.parseLong(text(Objects.requireNonNull(reply.get(i + 1))));
            holders.add(new Sighting.Holder(token, fence, number(reply, i + 2)));
        }
        return new Sighting(number(reply, 0) == 1, number(reply, 1), number(reply, 2), holders);
    }

    private static long number(List<@Nullable Object> reply, int index) {
        return (Long) Objects.requireNonNull(reply.get(index));
    }

    private static String text(Object bulk) {
        return new String((byte[]) bulk, StandardCharsets.UTF_8);
    }
}
