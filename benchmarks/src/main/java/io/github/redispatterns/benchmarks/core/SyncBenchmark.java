package io.github.redispatterns.benchmarks.core;

import io.github.redispatterns.core.Sync;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Taking a result that is there. Public and not final: JMH subclasses it. */
@State(Scope.Benchmark)
public class SyncBenchmark {

    private CompletableFuture<String> result = CompletableFuture.completedFuture("result");

    /**
     * By the JDK alone.
     *
     * @return the result
     * @throws InterruptedException never
     * @throws ExecutionException never
     */
    @Benchmark
    public String raw() throws InterruptedException, ExecutionException {
        return result.get();
    }

    /**
     * By our Sync, as every synchronous twin does.
     *
     * @return the result
     */
    @Benchmark
    public String sync() {
        return Sync.await(result);
    }
}
