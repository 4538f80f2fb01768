package io.github.redispatterns.locks;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What several servers have said to one question.
 *
 * @param servers how many were asked
 * @param yes how many have said yes
 * @param no how many have said no
 * @param failed how many could not be asked
 */
record Votes(int servers, int yes, int no, int failed) {

    /** As soon as it is decided: later votes are not counted. */
    static CompletionStage<Votes> of(List<CompletionStage<Boolean>> votes) {
        AtomicReference<Votes> counted = new AtomicReference<>(new Votes(votes.size(), 0, 0, 0));
        CompletableFuture<Votes> decided = new CompletableFuture<>();
        votes.forEach(vote -> vote.whenComplete((said, failure) -> {
            Votes now = counted.updateAndGet(before -> before.and(said));
            if (now.isQuorum() || now.isRefused() || now.yes + now.no + now.failed == now.servers) {
                decided.complete(now);
            }
        }));
        return decided;
    }

    boolean isQuorum() {
        return yes >= quorum();
    }

    /** Whatever those would say that have not. */
    boolean isRefused() {
        return no > servers - quorum();
    }

    /** How many have not said anything. */
    int silent() {
        return servers - yes - no;
    }

    /** More than half: any two quorums have a server in common. */
    private int quorum() {
        return servers / 2 + 1;
    }

    private Votes and(@Nullable Boolean vote) {
        if (vote == null) {
            return new Votes(servers, yes, no, failed + 1);
        }
        return vote ? new Votes(servers, yes + 1, no, failed) : new Votes(servers, yes, no + 1, failed);
    }
}
