package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.catalog.Catalog;
import io.github.redispatterns.benchmarks.worker.WorkerProcess;
import java.io.IOException;

/** The main class of a worker JVM. */
public final class WorkerMain {

    private WorkerMain() {}

    /**
     * Serves its parent, which speaks over standard input.
     *
     * @param args none
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        WorkerProcess.serve(Catalog.all().benches());
    }
}
