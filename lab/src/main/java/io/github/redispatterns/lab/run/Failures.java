package io.github.redispatterns.lab.run;

import io.github.redispatterns.core.ConnectionFailedException;
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
        Set<String> messages = new LinkedHashSet<>();
        for (Throwable cause = failure; cause != null; cause = isPlain(cause) ? null : cause.getCause()) {
            String message = cause.getMessage();
            String own = message == null ? cause.getClass().getSimpleName() : firstLine(message);
            if (messages.stream().noneMatch(said -> said.contains(own))) {
                messages.add(
                        isPlain(cause) || message == null
                                ? own
                                : cause.getClass().getSimpleName() + ": " + own);
            }
        }
        return String.join("; ", messages) + (isPlain(failure) ? "" : where(failure));
    }

    /** Whose messages say everything. */
    private static boolean isPlain(Throwable failure) {
        return failure instanceof NothingShownException
                || failure instanceof ConnectionFailedException
                || failure instanceof TestkitException;
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
