package io.github.redispatterns.lab.cacheaside;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.lab.equipment.Parent;
import java.io.IOException;

/**
 * The main class of a service in a process of its own. It is told the setup, then {@code line-up ANSWER READERS} and
 * {@code go}.
 */
public final class ServiceProcess {

    static final String LINE_UP = "line-up";
    static final String GO = "go";

    private ServiceProcess() {}

    /**
     * Serves its parent.
     *
     * @param args none
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        Parent.serve(new Session());
    }

    private static final class Session implements Parent.Session {

        private Member service = new Unborn();

        @Override
        public String answer(String request) throws Exception {
            if (request.equals(GO)) {
                return service.go().encode();
            }
            if (request.startsWith(LINE_UP + " ")) {
                String[] words = request.split(" ", 3);
                service.lineUp(Answer.valueOf(words[1]), Integer.parseInt(words[2]));
            } else {
                service = new Service(new ObjectMapper().readValue(request, Service.Setup.class));
            }
            return Parent.OK;
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
