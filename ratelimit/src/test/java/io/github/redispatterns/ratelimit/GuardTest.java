package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.NotExecutedException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a server is left alone. Here every call that failed counts as one that has waited. */
class GuardTest {

    private static final long MILLIS_10 = Duration.ofMillis(10).toNanos();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Guard guard = new Guard(
            key -> new CompletableFuture<>(),
            Duration.ofHours(1).toNanos(),
            Duration.ofHours(-1).toNanos(),
            new RateMetrics(registry, "guard"));
    private final long sent = System.nanoTime() + MILLIS_10;

    @AfterEach
    void close() {
        guard.close();
    }

    @Test
    void aCallInVainIsTheLast() {
        fails();
        assertThat(guard.mayCall("a")).isFalse();
        assertThat(registry.counter("redis.patterns.ratelimit.outages", "limiter", "guard")
                        .count())
                .isEqualTo(1);
        guard.answered(sent);
        assertThat(guard.mayCall("a")).isTrue();
    }

    /** Even if its reply came later than the call was sent that failed. */
    @Test
    void whatWasSentBeforeAndAnsweredDoesNotCount() {
        guard.answered(sent - MILLIS_10 / 2);
        fails();
        assertThat(guard.mayCall("a")).isFalse();
    }

    @Test
    void whatWasSentAfterAndAnsweredDoes() {
        guard.answered(sent + MILLIS_10);
        fails();
        assertThat(guard.mayCall("a")).isTrue();
    }

    /** A slot may be moving to a server that is silent, while its own answers. */
    @Test
    void aKeyThatGetsNoAnswerDoesNotKeepTheOthersAway() {
        List<String> looked = new CopyOnWriteArrayList<>();
        Guard looking = looking(looked, "good");
        looking.failed("bad", System.nanoTime(), new NotExecutedException("no reply", null));
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
            looking.mayCall("bad");
            return looking.mayCall("good");
        });
        assertThat(looked).contains("good").doesNotContainNull();
        looking.close();
    }

    /** At first for the one that has failed, and no more if nobody comes. */
    @Test
    void itLooksOnBehalfOfWhoComes() {
        List<String> looked = new CopyOnWriteArrayList<>();
        Guard looking = looking(looked, "none");
        looking.failed("a", System.nanoTime(), new NotExecutedException("no reply", null));
        Awaitility.await().until(() -> looked.equals(List.of("a")));
        Awaitility.await().pollDelay(Duration.ofMillis(60)).until(() -> looking.mayCall("b")); // the next caller tries
        looking.mayCall("c");
        Awaitility.await().until(() -> looked.contains("c"));
        looking.close();
    }

    private Guard looking(List<String> looked, String answered) {
        return new Guard(
                key -> {
                    looked.add(key);
                    return key.equals(answered)
                            ? CompletableFuture.completedFuture(key)
                            : CompletableFuture.failedFuture(new NotExecutedException("no reply", null));
                },
                Duration.ofMillis(20).toNanos(),
                Duration.ofHours(-1).toNanos(),
                new RateMetrics(registry, "looking"));
    }

    private void fails() {
        guard.failed("a", sent, new NotExecutedException("no reply", null));
    }
}
