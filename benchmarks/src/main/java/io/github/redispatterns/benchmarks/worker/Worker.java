package io.github.redispatterns.benchmarks.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.drive.Round;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A {@link WorkerProcess} as its parent sees it: a JVM of its own, which ends with this. */
public final class Worker implements AutoCloseable {

    /** How long a worker may take for what has no length of its own, s. */
    private static final long PATIENCE_SECONDS = 60;

    private static final long FAREWELL_SECONDS = 5;

    private final String name;
    private final Process process;
    private final PrintStream lines;
    private final BufferedReader answers;
    private final ObjectMapper json = new ObjectMapper();

    Worker(String name, Process process) {
        this.name = name;
        this.process = process;
        this.lines = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    void introduce(Setup setup) {
        send(setup);
    }

    /** Waits for what was begun: the start of the JVM, an opening or a closing. */
    public void awaitDone() {
        answer(Duration.ZERO);
    }

    /**
     * Begins to open a subject, so that others can do so meanwhile; {@link #awaitDone} must follow. One must not be open.
     *
     * @param load how it will be driven
     * @param prefix what its keys will contain
     */
    public void open(Load load, String prefix) {
        send(new Order(Order.Verb.OPEN, load.toString(), prefix, 0));
    }

    /** Leaves in Redis what one user has there. */
    public void populate() {
        ask(Order.of(Order.Verb.POPULATE), Duration.ZERO);
    }

    /**
     * Drives the subject.
     *
     * @param length how long
     * @return what was measured
     */
    public Round run(Duration length) {
        return ask(new Order(Order.Verb.RUN, "", "", length.toMillis()), length).round();
    }

    /** Begins to close the subject; {@link #awaitDone} must follow. */
    public void closeSubject() {
        send(Order.of(Order.Verb.CLOSE));
    }

    private Answer ask(Order order, Duration length) {
        send(order);
        return answer(length);
    }

    private void send(Object line) {
        try {
            lines.println(json.writeValueAsString(line));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Numbers and text cannot be written as JSON", e);
        }
    }

    private Answer answer(Duration length) {
        long seconds = length.toSeconds() + PATIENCE_SECONDS;
        CompletableFuture<Void> watchdog = CompletableFuture.runAsync(
                process::destroyForcibly, CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS));
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new WorkerException(end(watchdog.isDone(), seconds));
            }
            Answer answer = json.readValue(line, Answer.class);
            if (!answer.error().isEmpty()) {
                throw new WorkerException("The worker of " + name + " failed: " + answer.error());
            }
            return answer;
        } catch (IOException e) {
            throw new WorkerException("The worker of " + name + " cannot be understood: " + e.getMessage(), e);
        } finally {
            watchdog.cancel(false);
        }
    }

    private String end(boolean killed, long seconds) {
        if (killed) {
            return "The worker of " + name + " said nothing for " + seconds + " s";
        }
        return "The worker of " + name + " ended" + (hasEnded() ? " with status " + process.exitValue() : "");
    }

    private boolean hasEnded() {
        try {
            return process.waitFor(FAREWELL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The end of its input ends it, at once; {@link #close} waits for it. */
    public void dismiss() {
        lines.close();
    }

    @Override
    public void close() {
        dismiss();
        if (!hasEnded()) {
            process.destroyForcibly();
        }
    }
}
