package io.github.redispatterns.testkit;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waiting for what servers tell each other. */
final class Waiting {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration INTERVAL = Duration.ofMillis(20);

    private Waiting() {}

    /** Nodes that do not answer yet count as "not yet". */
    static void until(String state, Callable<Boolean> condition) {
        try {
            within(PATIENCE, condition);
        } catch (ConditionTimeoutException e) {
            throw new TestkitException("After " + PATIENCE.toSeconds() + " s still waiting for this: " + state, e);
        }
    }

    /** Nothing may stand in the way; on failure, what stood there last is told. */
    static void untilNothingHinders(String state, Supplier<List<String>> obstacles) {
        List<String> last = new ArrayList<>();
        try {
            within(PATIENCE, () -> {
                List<String> now = obstacles.get();
                last.clear();
                last.addAll(now);
                return now.isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            throw new TestkitException(
                    "After " + PATIENCE.toSeconds() + " s still waiting for this: " + state + ". What hinders it:\n"
                            + String.join("\n", last),
                    e);
        }
    }

    static boolean holdsWithin(Duration time, Callable<Boolean> condition) {
        try {
            within(time, condition);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    private static void within(Duration time, Callable<Boolean> condition) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(INTERVAL)
                .atMost(time)
                .pollInSameThread()
                .ignoreExceptionsInstanceOf(RedisException.class)
                .until(condition);
    }

    /** Asks one node after the other until one answers. */
    static <T> T firstAnswer(List<RedisNode> nodes, Function<RedisNode, T> question) {
        TestkitException silence = new TestkitException("None of these nodes answers: " + nodes);
        for (RedisNode node : nodes) {
            if (node.isRunning()) {
                try {
                    return question.apply(node);
                } catch (RedisException e) {
                    silence.addSuppressed(e);
                }
            }
        }
        throw silence;
    }
}
