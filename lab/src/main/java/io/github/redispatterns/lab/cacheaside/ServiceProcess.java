package io.github.redispatterns.lab.cacheaside;

import com.fasterxml.jackson.databind.ObjectMapper;
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

/**
 * The main class of a service in a process of its own. Its parent speaks to it over standard input, a line at a time:
 * the setup, then {@code line-up ANSWER READERS} and {@code go}; each is answered by one line.
 */
public final class ServiceProcess {

    static final String LINE_UP = "line-up";
    static final String GO = "go";
    static final String OK = "ok";
    static final String FAILED = "failed ";

    private ServiceProcess() {}

    /**
     * Serves until standard input ends; so it also ends when its parent is killed.
     *
     * @param args none
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ExecutorService worker = Executors.newSingleThreadExecutor();
        Session session = new Session();
        String request;
        // The worker works and this thread goes on reading, so that it sees the end at once.
        while ((request = requests.readLine()) != null) {
            String line = request;
            Future<?> unused = worker.submit(() -> answers.println(session.answer(line)));
        }
        Runtime.getRuntime().halt(0); // whatever the readers are doing
    }

    private static final class Session {

        private Member service = new Unborn();

        String answer(String request) {
            try {
                if (request.equals(GO)) {
                    return service.go().encode();
                }
                if (request.startsWith(LINE_UP + " ")) {
                    String[] words = request.split(" ", 3);
                    service.lineUp(Answer.valueOf(words[1]), Integer.parseInt(words[2]));
                } else {
                    service = new Service(new ObjectMapper().readValue(request, Service.Setup.class));
                }
                return OK;
            } catch (Exception | Error e) {
                return FAILED + Failures.describe(e);
            }
        }
    }

    /** Before the setup has come. */
    private static final class Unborn implements Member {

        @Override
        public void lineUp(Answer answer, int readers) {
            throw new IllegalStateException("There is no setup yet");
        }

        @Override
        public Reading go() {
            throw new IllegalStateException("There is no setup yet");
        }

        @Override
        public void close() {}
    }
}
