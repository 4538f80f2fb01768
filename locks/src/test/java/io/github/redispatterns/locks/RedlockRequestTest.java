package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Whoever has cancelled a request is asked for nothing any more, and has acquired nothing. */
class RedlockRequestTest {

    private static final LeaseOptions OPTIONS = LeaseOptions.builder(Duration.ofSeconds(10))
            .maxWait(Duration.ofSeconds(10))
            .build();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SlowStore store = new SlowStore();

    @Test
    void whoeverCancelsDuringThePauseAsksNobodyAgain() {
        CompletableFuture<RedlockAcquisition> asking = request().acquire();
        store.answer(new Answer.Refused(100, 1));
        asking.cancel(false);
        Awaitility.await().until(() -> counted("failed") == 1);
        assertThat(store.asked).hasSize(3);
        assertThat(store.released).isEmpty();
        assertThat(counted("acquired")).isZero();
    }

    @Test
    void whoeverCancelsWhileItAsksGivesBackWhatItIsGranted() {
        CompletableFuture<RedlockAcquisition> asking = request().acquire();
        asking.cancel(false);
        store.answer(new Answer.Granted(7, 10_000));
        assertThat(store.released).hasSizeGreaterThanOrEqualTo(3);
        assertThat(counted("failed")).isEqualTo(1);
        assertThat(counted("acquired")).isZero();
    }

    private RedlockRequest request() {
        return new RedlockRequest(Collections.nCopies(3, store), new LockMetrics(registry, "default"), "seat", OPTIONS);
    }

    private long counted(String outcome) {
        return registry.timer("redis.patterns.locks.acquisitions", "lock", "default", "outcome", outcome)
                .count();
    }

    /** Answers when the test says. */
    private static final class SlowStore implements LeaseStore {

        final List<CompletableFuture<Answer>> asked = new CopyOnWriteArrayList<>();
        final List<String> released = new CopyOnWriteArrayList<>();

        void answer(Answer answer) {
            asked.forEach(each -> each.complete(answer));
        }

        @Override
        public CompletionStage<Answer> acquire(Request request, String channel) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            asked.add(answer);
            return answer;
        }

        @Override
        public CompletionStage<Boolean> release(Request request, Duration keep) {
            released.add(request.token());
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletionStage<Boolean> extend(Request request, Duration ttl) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Sighting> watch(String key, String channel) {
            throw new UnsupportedOperationException();
        }
    }
}
