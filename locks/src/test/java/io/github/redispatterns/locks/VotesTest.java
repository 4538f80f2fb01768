package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is decided by which votes, and when. */
class VotesTest {

    /** Whatever the order: never too early, never too late, and never both ways. */
    @Test
    void aQuestionIsDecidedAsSoonAsNoVoteCanChangeIt() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            int servers = 3 + 2 * random.nextInt(3);
            List<CompletableFuture<Boolean>> votes = IntStream.range(0, servers)
                    .mapToObj(i -> new CompletableFuture<Boolean>())
                    .toList();
            CompletableFuture<Votes> result =
                    Votes.of(new ArrayList<CompletionStage<Boolean>>(votes)).toCompletableFuture();
            int yes = 0;
            int no = 0;
            for (int cast = 0; cast < servers; cast++) {
                boolean decided = yes * 2 > servers || no * 2 > servers;
                assertThat(result.isDone()).as("seed %d", seed).isEqualTo(decided);
                int vote = random.nextInt(3);
                yes += !decided && vote == 0 ? 1 : 0;
                no += !decided && vote == 1 ? 1 : 0;
                cast(votes.get(cast), vote);
            }
            Votes votesCounted = result.join();
            assertThat(votesCounted.isQuorum()).as("seed %d", seed).isEqualTo(yes * 2 > servers);
            assertThat(votesCounted.isRefused()).as("seed %d", seed).isEqualTo(no * 2 > servers);
            assertThat(votesCounted.yes() + votesCounted.no() + votesCounted.silent())
                    .isEqualTo(servers);
        }
    }

    private static void cast(CompletableFuture<Boolean> vote, int kind) {
        if (kind == 2) {
            vote.completeExceptionally(new IllegalStateException("down"));
        } else {
            vote.complete(kind == 0);
        }
    }
}
