package io.github.redispatterns.lab.equipment;

import io.github.redispatterns.lab.run.Failures;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The other end of a {@link Child}: speaks to the parent over standard input and output, a line at a time. */
public final class Parent {

    /** An answer of a child that has nothing to say. */
    public static final String OK = "ok";

    static final String FAILED = "failed ";

    private Parent() {}

    /** What a child process does. */
    @FunctionalInterface
    public interface Session {

        /**
         * Answers a request; the first of them is the setup.
         *
         * @param request a line
         * @return a line
         * @throws Exception if it cannot; the parent is told
         */
        String answer(String request) throws Exception;
    }

    /**
     * Serves until standard input ends, and then ends the JVM; so it also ends when the parent is killed.
     *
     * @param session what it does, one request at a time
     * @throws IOException if standard input cannot be read
     */
    public static void serve(Session session) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ExecutorService worker = Executors.newSingleThreadExecutor();
        String request;
        // The worker works and this thread goes on reading, so that it sees the end at once.
        while ((request = requests.readLine()) != null) {
            String line = request;
            Future<?> unused = worker.submit(() -> answers.println(answer(session, line)));
        }
        Runtime.getRuntime().halt(0); // whatever it is doing
    }

    private static String answer(Session session, String request) {
        try {
            return session.answer(request);
        } catch (Exception | Error e) {
            return FAILED + Failures.describe(e);
        }
    }
}
