package io.github.redispatterns.cacheaside;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;

/** A {@link FleetProcess} as its parent sees it: a JVM of its own, which ends with this. */
final class FleetMember implements AutoCloseable {

    /** The last event of each process. */
    static final String ENDED = "ended";

    private final Process process;
    private final PrintStream requests;

    private FleetMember(Process process) {
        this.process = process;
        this.requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /** Starts a process; what it says goes to the queue. */
    static FleetMember start(String setup, BlockingQueue<Event> events) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // it lives for seconds
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                FleetProcess.class.getName());
        FleetMember member = new FleetMember(
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
        Thread listener = new Thread(() -> member.listen(events), "fleet-" + member.process.pid());
        listener.setDaemon(true);
        listener.start();
        member.requests.println(setup);
        return member;
    }

    void say(String request) {
        requests.println(request);
    }

    /** SIGKILL: whatever it was doing, it does no more. */
    void kill() {
        process.destroyForcibly();
    }

    /** SIGSTOP. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Override
    public void close() {
        kill();
        process.onExit().join();
    }

    private void listen(BlockingQueue<Event> events) {
        try (BufferedReader answers =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            answers.lines().forEach(line -> events.add(new Event(this, line)));
        } catch (IOException | UncheckedIOException killed) {
            events.add(new Event(this, ENDED + " " + killed.getMessage()));
            return;
        }
        events.add(new Event(this, ENDED));
    }

    /**
     * What a process has said.
     *
     * @param member which
     * @param line what
     */
    record Event(FleetMember member, String line) {

        String word() {
            return line.split(" ", 2)[0];
        }
    }
}
