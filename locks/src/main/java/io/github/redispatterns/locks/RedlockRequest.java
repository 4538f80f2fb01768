package io.github.redispatterns.locks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks several servers for a lock until most have granted it, or its time has passed. */
final class RedlockRequest {

    /** Random, so that those who have split the servers among them do not do so again. */
    private static final long LEAST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long MOST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final List<LeaseStore> servers;
    private final LockMetrics metrics;
    private final String key;
    private final LeaseOptions options;
    private final long began = System.nanoTime();
    private final CompletableFuture<RedlockAcquisition> result = new CompletableFuture<>();

    RedlockRequest(List<LeaseStore> servers, LockMetrics metrics, String key, LeaseOptions options) {
        this.servers = servers;
        this.metrics = metrics;
        this.key = key;
        this.options = options;
    }

    CompletableFuture<RedlockAcquisition> acquire() {
        attempt();
        return result;
    }

    /** Each attempt with a token of its own: what an earlier one gives back late is not this one's. */
    private void attempt() {
        if (result.isDone()) { // cancelled while it paused
            decided(LockMetrics.Outcome.FAILED);
            return;
        }
        long asked = System.nanoTime();
        Request request = new Request(key, Tokens.request(), options.ttl().toMillis(), "");
        List<CompletionStage<Answer>> answers = servers.stream()
                .map(server -> server.acquire(request, LeaseStore.NOBODY))
                .toList();
        List<CompletionStage<Boolean>> votes = answers.stream()
                .map(answer -> answer.thenApply(said -> said instanceof Answer.Granted))
                .toList();
        Votes.of(votes).thenAccept(counted -> {
            Grant grant = Grant.since(asked, 0, request.ttlMillis());
            if (!counted.isQuorum() || grant.isOver()) {
                each(answers, server -> server.release(request, Duration.ZERO));
                tryAgain(counted);
                return;
            }
            decided(result.isDone() ? LockMetrics.Outcome.FAILED : LockMetrics.Outcome.ACQUIRED);
            Lease lease = new Lease(new QuorumStore(servers), metrics, request, Duration.ZERO, grant);
            if (!result.complete(new RedlockAcquisition.Acquired(new RedlockLease(lease)))) {
                lease.releaseAsync();
            }
            each(answers, server -> {
                if (!lease.isHeld()) { // a server that was slow
                    server.release(request, Duration.ZERO);
                }
            });
        });
    }

    /** For the servers that have granted it, or may have, once they have answered or failed to. */
    private void each(List<CompletionStage<Answer>> answers, Consumer<LeaseStore> action) {
        for (int i = 0; i < answers.size(); i++) {
            LeaseStore server = servers.get(i);
            answers.get(i).whenComplete((answer, failure) -> {
                if (!(answer instanceof Answer.Refused)) {
                    action.accept(server);
                }
            });
        }
    }

    private void tryAgain(Votes counted) {
        long waited = System.nanoTime() - began;
        long delay = ThreadLocalRandom.current().nextLong(LEAST_DELAY_NANOS, MOST_DELAY_NANOS);
        if (result.isDone()) {
            decided(LockMetrics.Outcome.FAILED);
        } else if (waited + delay < options.maxWait().toNanos()) {
            Timers.after(delay, this::attempt);
        } else {
            decided(options.maxWait().isZero() ? LockMetrics.Outcome.BUSY : LockMetrics.Outcome.TIMED_OUT);
            result.complete(new RedlockAcquisition.NoQuorum(
                    counted.yes(), counted.no(), counted.silent(), Duration.ofNanos(waited)));
        }
    }

    private void decided(LockMetrics.Outcome outcome) {
        metrics.asked(outcome, System.nanoTime() - began);
    }
}
