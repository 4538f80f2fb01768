package io.github.redispatterns.locks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Extends and releases on several servers at once; done if most have done it. */
record QuorumStore(List<LeaseStore> servers) implements LeaseStore {

    @Override
    public CompletionStage<Answer> acquire(Request request, String process) {
        throw new UnsupportedOperationException("A quorum has no fencing token");
    }

    @Override
    public CompletionStage<Sighting> watch(String key, String process) {
        throw new UnsupportedOperationException("A quorum has no queue");
    }

    @Override
    public CompletionStage<Boolean> extend(Request request, Duration ttl) {
        return most(server -> server.extend(request, ttl));
    }

    @Override
    public CompletionStage<Boolean> release(Request request, Duration keep) {
        return most(server -> server.release(request, keep));
    }

    private CompletionStage<Boolean> most(Function<LeaseStore, CompletionStage<Boolean>> step) {
        return Votes.of(servers.stream().map(step).toList()).thenCompose(votes -> {
            if (votes.isQuorum() || votes.isRefused()) {
                return CompletableFuture.completedFuture(votes.isQuorum());
            }
            return CompletableFuture.failedFuture(new NoQuorumException(votes.yes(), votes.no(), votes.silent()));
        });
    }
}
