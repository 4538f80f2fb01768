package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.core.UnknownOutcomeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the reply to a release does, and the loss of it. */
class HandoverTest {

    private final List<String> heard = new ArrayList<>();
    private final CompletableFuture<List<@Nullable Object>> replying = new CompletableFuture<>();

    private final Handover handover =
            new Handover("channel", message -> heard.add(new String(message, StandardCharsets.UTF_8)), heard::add);

    @Test
    void whoeverReleasesIsAnsweredBeforeTheNextOnesAreTold() {
        CompletableFuture<Boolean> released = released();
        released.thenAccept(held -> heard.add("released " + held));
        replying.complete(List.of(1L, bytes("first"), bytes("second")));
        assertThat(heard).containsExactly("released true", "first", "second");
    }

    @Test
    void aReleaseThatWasDoneDoesNotFailWithAListener() {
        Handover broken = new Handover(
                "channel",
                message -> {
                    throw new IllegalStateException("broken");
                },
                heard::add);
        replying.complete(List.of(1L, bytes("first")));
        assertThat(broken.released("key", replying).toCompletableFuture()).isCompletedWithValue(true);
    }

    @Test
    void nobodyIsTheNext() {
        replying.complete(List.of(0L));
        assertThat(released()).isCompletedWithValue(false);
        assertThat(heard).isEmpty();
    }

    @Test
    void ofALostReplyTheKeyIsLookedAt() {
        replying.completeExceptionally(new UnknownOutcomeException("no reply", null));
        assertThat(released()).isCompletedExceptionally();
        assertThat(heard).containsExactly("key");
    }

    @Test
    void whatWasNotDoneHasHandedNothingOn() {
        replying.completeExceptionally(new NotExecutedException("refused", null));
        assertThat(released()).isCompletedExceptionally();
        assertThat(heard).isEmpty();
    }

    private CompletableFuture<Boolean> released() {
        return handover.released("key", replying).toCompletableFuture();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
