package io.github.redispatterns.lab.equipment;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own, as its parent sees it. It answers each line with one line, and ends with this, or with this JVM, in
 * whatever way that ends.
 */
public final class Child implements AutoCloseable {

    private static final int FAREWELL_SECONDS = 5;

    /**
     * A shell that stops a process, says when it stands still, which the signal's sender is not told, and lets it go on
     * when its own input ends: so also when this JVM is killed. Linux shows the state in a file, others by ps alone.
     */
    private static final String PAUSE = """
            kill -STOP "$1" || exit
            until { cat "/proc/$1/stat" || ps -o stat= -p "$1"; } 2>/dev/null | grep -Eq '(^|[)] )T'; do
              kill -0 "$1" || exit
            done
            echo stopped
            read -r _
            kill -CONT "$1"
            """;

    private final Process process;
    private final PrintStream requests;
    private final BufferedReader answers;
    private @Nullable Process pause;

    private Child(Process process) {
        this.process = process;
        this.requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = lines(process);
    }

    /**
     * Starts a process; {@link #answer} must follow, which says that it is ready.
     *
     * @param main its main class, which calls {@link Parent#serve}
     * @param setup the first that it is told, as JSON; over standard input, since it may hold passwords
     * @return the process
     * @throws IOException if it cannot be started
     */
    public static Child start(Class<?> main, Object setup) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // it lives for seconds
                "-XX:+IgnoreUnrecognizedVMOptions", // the next two are for newer JDKs
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
        String first = new ObjectMapper().writeValueAsString(setup);
        Child child = new Child(
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
        child.tell(first);
        return child;
    }

    /**
     * Sends a request; {@link #answer} must follow, but not at once.
     *
     * @param request a line
     */
    public void tell(String request) {
        requests.println(request);
    }

    /**
     * Waits for an answer.
     *
     * @return a line
     * @throws IOException if it cannot be read
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if the process has failed, or has ended
     */
    public String answer() throws IOException, InterruptedException {
        String line;
        try {
            line = answers.readLine();
        } catch (IOException e) {
            if (process.isAlive()) {
                throw e;
            }
            line = null; // Java closes the streams of a process that has ended
        }
        if (line == null) {
            throw new IllegalStateException("A child process ended with status " + process.waitFor());
        }
        if (line.startsWith(Parent.FAILED)) {
            throw new IllegalStateException("In a child process: " + line.substring(Parent.FAILED.length()));
        }
        return line;
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @param request a line
     * @return a line
     * @throws IOException if it cannot be read
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if the process has failed, or has ended
     */
    public String ask(String request) throws IOException, InterruptedException {
        tell(request);
        return answer();
    }

    /**
     * Kills it with SIGKILL.
     *
     * @throws InterruptedException if the thread is interrupted while it waits for the end
     */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /**
     * Freezes it with SIGSTOP; what it is told meanwhile it hears when it goes on.
     *
     * @throws IOException if that cannot be done
     */
    public void pause() throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", PAUSE, "pause", Long.toString(process.pid()))
                .redirectError(Redirect.INHERIT)
                .start();
        pause = shell;
        if (lines(shell).readLine() == null) {
            throw new IOException("The child process could not be stopped");
        }
    }

    /**
     * Lets it go on.
     *
     * @throws IOException if that cannot be done
     * @throws InterruptedException if the thread is interrupted while it waits for the signal to be sent
     */
    public void resume() throws IOException, InterruptedException {
        Process shell = pause;
        if (shell != null) {
            pause = null;
            shell.getOutputStream().close();
            shell.waitFor();
        }
    }

    @Override
    public void close() {
        requests.close(); // the end of its input ends it
        try {
            resume();
            if (!process.waitFor(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static BufferedReader lines(Process from) {
        return new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8));
    }
}
