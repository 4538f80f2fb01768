package io.github.redispatterns.benchmarks.worker;

import io.github.redispatterns.testkit.TestkitException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** Says in one line why and where something failed. */
public final class Failures {

    private static final String OURS = "io.github.redispatterns.";

    private Failures() {}

    /**
     * Describes a failure.
     *
     * @param failure the failure
     * @return its messages from the outside to the inside, and the place in our code where it came up
     */
    public static String describe(Throwable failure) {
        if (failure instanceof TestkitException || failure instanceof WorkerException) {
            return String.valueOf(failure.getMessage()); // says everything
        }
        Set<String> messages = new LinkedHashSet<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            String own = message == null ? "" : firstLine(message);
            if (own.isEmpty() || messages.stream().noneMatch(said -> said.contains(own))) {
                messages.add(cause.getClass().getSimpleName() + (own.isEmpty() ? "" : ": " + own));
            }
        }
        return String.join("; ", messages) + where(failure);
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("").strip();
    }

    private static String where(Throwable failure) {
        return Arrays.stream(failure.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith(OURS))
                .findFirst()
                .map(frame -> " (" + frame.getFileName() + ':' + frame.getLineNumber() + ')')
                .orElse("");
    }
}
