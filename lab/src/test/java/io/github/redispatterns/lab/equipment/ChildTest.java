package io.github.redispatterns.lab.equipment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ChildTest {

    @Test
    void aChildAnswersAndSaysWhatWentWrong() throws Exception {
        try (Child child = Child.start(EchoProcess.class, 7)) {
            assertThat(child.answer()).isEqualTo("7");
            assertThat(child.ask("hello")).isEqualTo("hello");
            assertThatThrownBy(() -> child.ask(EchoProcess.FAIL))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("In a child process: IllegalArgumentException: told so");
            assertThat(child.ask("still there")).isEqualTo("still there");
        }
    }

    @Test
    void aFrozenChildHearsWhatItIsToldWhenItGoesOn() throws Exception {
        try (Child child = Child.start(EchoProcess.class, 7)) {
            child.answer();
            child.pause();
            child.tell("hello");
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return child.answer();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            child.resume();
            assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }

    @Test
    void aKilledChildIsGone() throws Exception {
        try (Child child = Child.start(EchoProcess.class, 7)) {
            child.answer();
            child.kill();
            assertThatThrownBy(child::answer)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("A child process ended with status 137");
        }
    }
}
