package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LifelineTest {

    private final Lifeline lifeline = new Lifeline();
    private final byte[] buffer = new byte[16];

    @Test
    void givesItsLineAtOnce() {
        assertThat(lifeline.read(buffer, 3, 10)).isEqualTo(1);
        assertThat(buffer[3]).isEqualTo((byte) '\n');
    }

    @Test
    void givesNothingMoreUntilItIsClosed() throws Exception {
        lifeline.read(buffer, 0, 16);
        CompletableFuture<Integer> next = CompletableFuture.supplyAsync(() -> lifeline.read(buffer, 0, 16));
        assertThat(next.completeOnTimeout(-2, 50, TimeUnit.MILLISECONDS).get()).isEqualTo(-2);
        lifeline.close();
        assertThat(lifeline.read(buffer, 0, 16)).isEqualTo(-1);
    }
}
