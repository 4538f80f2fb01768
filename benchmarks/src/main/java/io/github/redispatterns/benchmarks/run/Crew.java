package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.worker.Worker;
import io.github.redispatterns.benchmarks.worker.Workers;
import java.util.LinkedHashMap;
import java.util.Map;

/** The workers of one fork, one per contender. They are gone when this is closed, whatever happened. */
final class Crew implements AutoCloseable {

    private final Map<Contender, Worker> workers = new LinkedHashMap<>();

    private Crew() {}

    static Crew start(Workers starter, RedisBench bench, String uri) {
        Crew crew = new Crew();
        try {
            for (Contender contender : bench.contenders()) {
                crew.workers.put(contender, starter.start(bench, contender, uri));
            }
            crew.workers.values().forEach(Worker::awaitDone);
            return crew;
        } catch (RuntimeException e) {
            crew.close();
            throw e;
        }
    }

    Worker of(Contender contender) {
        Worker worker = workers.get(contender);
        if (worker == null) {
            throw new IllegalArgumentException("contender: there is no worker of " + contender.library());
        }
        return worker;
    }

    @Override
    public void close() {
        workers.values().forEach(Worker::dismiss);
        workers.values().forEach(Worker::close);
    }
}
