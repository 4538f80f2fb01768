package io.github.redispatterns.benchmarks.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A worker JVM. Its parent speaks to it over standard input, one JSON object a line: a {@link Setup}, then
 * {@link Order}s; each is answered by one {@link Answer}.
 */
public final class WorkerProcess {

    private final ObjectMapper json = new ObjectMapper();
    private final List<Bench> benches;
    private @Nullable Session session;

    private WorkerProcess(List<Bench> benches) {
        this.benches = benches;
    }

    /**
     * Serves until standard input ends; so it also ends when its parent is killed. Never returns.
     *
     * @param benches where the contender is looked up
     * @throws IOException if standard input cannot be read
     */
    public static void serve(List<Bench> benches) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ExecutorService worker = Executors.newSingleThreadExecutor();
        WorkerProcess process = new WorkerProcess(benches);
        String next;
        // The worker works and this thread goes on reading, so that it sees the end at once.
        while ((next = lines.readLine()) != null) {
            String line = next;
            Future<?> unused = worker.submit(() -> answers.println(process.answer(line)));
        }
        Runtime.getRuntime().halt(0); // whatever its threads are doing
    }

    private String answer(String line) {
        Answer answer;
        try {
            answer = obey(line);
        } catch (Exception | Error e) {
            answer = Answer.failed(Failures.describe(e));
        }
        try {
            return json.writeValueAsString(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Numbers and text cannot be written as JSON", e);
        }
    }

    private Answer obey(String line) throws Exception {
        Session current = session;
        if (current != null) {
            return current.obey(json.readValue(line, Order.class));
        }
        Setup setup = json.readValue(line, Setup.class);
        session = new Session(bench(setup.bench()).contender(setup.contender()), setup.uri());
        return Answer.DONE;
    }

    private RedisBench bench(String name) {
        return benches.stream()
                .filter(RedisBench.class::isInstance)
                .map(RedisBench.class::cast)
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no bench " + name));
    }
}
