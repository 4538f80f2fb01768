package io.github.redispatterns.testkit;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Decides which reply is cut next. */
final class Scissors {

    /** What clients send on their own account; counting it would make a test depend on the client's version. */
    private static final Set<String> HOUSEKEEPING = Set.of(
            "HELLO", "AUTH", "CLIENT", "SELECT", "READONLY", "CLUSTER", "INFO", "PING", "ROLE", "COMMAND", "ASKING");

    private final AtomicReference<@Nullable String> command = new AtomicReference<>();
    private final AtomicInteger countdown = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();

    void armFor(String name) {
        command.set(Check.notBlank("command", name));
    }

    void armForNth(int nth) {
        Check.atLeast("nth", nth, 1);
        countdown.set(nth);
    }

    void disarm() {
        command.set(null);
        countdown.set(0);
    }

    /** Asked once per request; true only once per arming. */
    boolean wantsReplyOf(List<String> words) {
        return isNamed(words) || isNth(words);
    }

    private boolean isNamed(List<String> words) {
        String wanted = command.get();
        return wanted != null
                && words.stream().anyMatch(wanted::equalsIgnoreCase)
                && command.compareAndSet(wanted, null);
    }

    private boolean isNth(List<String> words) {
        boolean counts = !words.isEmpty() && !HOUSEKEEPING.contains(words.get(0).toUpperCase(Locale.ROOT));
        return counts && countdown.getAndUpdate(left -> Math.max(0, left - 1)) == 1;
    }

    void cut() {
        cuts.incrementAndGet();
    }

    int cuts() {
        return cuts.get();
    }
}
