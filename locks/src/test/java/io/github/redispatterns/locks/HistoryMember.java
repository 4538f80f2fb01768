package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** A process of this test's own as its parent sees it: a JVM that ends with this, and can be frozen. */
final class HistoryMember implements AutoCloseable {

    /** Sent to learn the time there, which is all that the answer says after the same word. */
    static final String CLOCK = "clock";

    private final Process process;
    private final PrintStream requests;
    private final CountDownLatch clockSeen = new CountDownLatch(1);
    private final Thread listening;
    private volatile long clockNanos;

    private HistoryMember(Process process, BiConsumer<HistoryMember, String> listener) {
        this.process = process;
        this.requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.listening = new Thread(() -> listen(listener), "history-" + process.pid());
    }

    /** Starts a process; the first line it gets is the setup, and what it says goes to the listener. */
    static HistoryMember start(Class<?> main, String setup, BiConsumer<HistoryMember, String> listener)
            throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xss512k",
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // it lives for seconds
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
        HistoryMember member = new HistoryMember(
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start(), listener);
        member.listening.setDaemon(true);
        member.listening.start();
        member.requests.println(setup);
        return member;
    }

    void say(String request) {
        requests.println(request);
    }

    /** Its clock is ours: what it reads lies between two readings of ours. Another machine's would be off by its boot. */
    void checkClock() throws InterruptedException {
        long before = System.nanoTime();
        say(CLOCK);
        assertThat(clockSeen.await(1, TimeUnit.MINUTES)).as("an answer").isTrue();
        assertThat(clockNanos).isBetween(before, System.nanoTime());
    }

    /** SIGKILL: whatever it was doing, it does no more. What it has said before has been heard. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        listening.join();
    }

    /** SIGSTOP. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** False if it is still there after that time; else all that it has said has been heard. */
    boolean awaitEnd(long seconds) throws InterruptedException {
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (ended) {
            listening.join();
        }
        return ended;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private void listen(BiConsumer<HistoryMember, String> listener) {
        try (BufferedReader answers =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            answers.lines().forEach(line -> {
                if (line.startsWith(CLOCK + " ")) {
                    clockNanos = Long.parseLong(line.substring(CLOCK.length() + 1));
                    clockSeen.countDown();
                } else {
                    listener.accept(this, line);
                }
            });
        } catch (IOException | UncheckedIOException killed) {
            requests.close(); // it says no more
        }
    }
}
