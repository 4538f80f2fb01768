package io.github.redispatterns.lab.cacheaside;

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

/** A {@link ServiceProcess} as its parent sees it: a JVM of its own, which ends with this. */
final class RemoteService implements Member {

    private static final int FAREWELL_SECONDS = 5;

    private final Process process;
    private final PrintStream requests;
    private final BufferedReader answers;

    private RemoteService(Process process) {
        this.process = process;
        this.requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts the process; {@link #awaitReady} must follow. The setup goes over standard input: it holds passwords. */
    static RemoteService start(Service.Setup setup) throws IOException {
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
                ServiceProcess.class.getName());
        String first = new ObjectMapper().writeValueAsString(setup);
        RemoteService service = new RemoteService(
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
        service.requests.println(first);
        return service;
    }

    /** Waits until the process is connected to everything. */
    void awaitReady() throws IOException, InterruptedException {
        answer();
    }

    @Override
    public void lineUp(Answer answer, int readers) throws IOException, InterruptedException {
        requests.println(ServiceProcess.LINE_UP + " " + answer + " " + readers);
        answer();
    }

    @Override
    public Reading go() throws IOException, InterruptedException {
        requests.println(ServiceProcess.GO);
        return Reading.decode(answer());
    }

    private String answer() throws IOException, InterruptedException {
        String line = answers.readLine();
        if (line == null) {
            throw new IllegalStateException("A reader process ended with status " + process.waitFor());
        }
        if (line.startsWith(ServiceProcess.FAILED)) {
            throw new IllegalStateException("In a reader process: " + line.substring(ServiceProcess.FAILED.length()));
        }
        return line;
    }

    @Override
    public void close() {
        requests.close(); // the end of its input ends it
        try {
            if (!process.waitFor(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
