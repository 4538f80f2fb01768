package io.github.redispatterns.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server of this machine, run by a guard: a shell that lives as long as the server, and that kills the server and
 * removes its files when its standard input ends. It ends when the JVM dies, in whatever way, so that no server is left
 * behind.
 */
final class LocalProcess implements ServerProcess {

    /**
     * Arguments: the directory to remove, the log file, the command. A background job reads /dev/null unless its input
     * is dup'ed.
     */
    private static final String GUARD = """
            directory=$1 log=$2
            shift 2
            exec 3<&0
            "$@" </dev/null 3<&- >>"$log" 2>&1 &
            server=$!
            ( read -r _ <&3; trap '' TERM; kill -9 "$server"; rm -rf "$directory" ) >/dev/null 2>&1 &
            watcher=$!
            echo "$server"
            wait "$server" 2>/dev/null
            kill "$watcher"
            """;

    private static final long PATIENCE_SECONDS = 10;

    private final Process guard;
    private final String pid;

    private LocalProcess(Process guard, String pid) {
        this.guard = guard;
        this.pid = pid;
    }

    static LocalProcess start(Path hostDirectory, Path executable, Path config, ServerMode mode) {
        String log = config.resolveSibling("log").toString();
        List<String> command = new ArrayList<>(List.of(
                "sh", "-c", GUARD, "guard", hostDirectory.toString(), log, executable.toString(), config.toString()));
        if (mode == ServerMode.SENTINEL) {
            command.add("--sentinel");
        }
        try {
            Process guard = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String pid = new BufferedReader(new InputStreamReader(guard.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            if (pid == null) {
                throw new TestkitException("The guard of " + executable + " ended before it had started the server");
            }
            return new LocalProcess(guard, pid);
        } catch (IOException e) {
            throw new TestkitException("Cannot start a shell for " + executable, e);
        }
    }

    @Override
    public void signal(Signal signal) {
        if (!isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (signal == Signal.KILL) {
                awaitEnd();
            }
        } catch (IOException e) {
            throw new TestkitException("Cannot send " + signal + " to process " + pid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("Interrupted while sending " + signal + " to process " + pid, e);
        }
    }

    @Override
    public boolean isAlive() {
        return guard.isAlive();
    }

    /** Closes the guard's input, which is what the JVM's death would do. */
    void end() {
        try {
            guard.getOutputStream().close();
            awaitEnd();
        } catch (IOException e) {
            throw new TestkitException("Cannot close the guard of process " + pid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd() throws InterruptedException {
        if (!guard.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new TestkitException(
                    "Process " + pid + " is still there " + PATIENCE_SECONDS + " s after its end was asked for");
        }
    }
}
