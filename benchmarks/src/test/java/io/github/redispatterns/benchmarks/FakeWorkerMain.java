package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.worker.WorkerProcess;
import java.io.IOException;

/** A worker of the fakes. */
public final class FakeWorkerMain {

    private FakeWorkerMain() {}

    public static void main(String[] args) throws IOException {
        WorkerProcess.serve(FakeBenches.all());
    }
}
