package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.NotExecutedException;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * A server that refuses writes, as one does that was demoted, under several limits and slots. Elsewhere than on a lone
 * server somebody mends that at once ({@link OtherTopologyIT}).
 */
@RedisTest(topologies = Topology.STANDALONE)
class OtherReadOnlyIT extends OtherFaultFixture {

    @Test
    void aServerThatRefusesWritesIsATypedErrorOrDegraded() throws Exception {
        CompositeRateLimiter failing = several(Fallback.fail());
        CompositeRateLimiter closed = several(Fallback.closed());
        Slot held = slots(2).tryAcquire("ada").slot().orElseThrow();
        assertThat(failing.tryAcquire(ADA, 3).allowed()).isTrue();
        admin(keyOfAda(), c -> c.replicaof("127.0.0.1", 1)); // nobody is there
        try {
            for (ThrowingCallable call : List.<ThrowingCallable>of(() -> failing.tryAcquire(ADA), held::extend)) {
                assertThat(timed(() -> assertThatThrownBy(call).isInstanceOf(NotExecutedException.class)))
                        .isLessThan(IN_TIME);
                assertThat(timed(() -> assertThatThrownBy(call).isInstanceOf(NotExecutedException.class)))
                        .isLessThan(TIMEOUT.dividedBy(2));
            }
            assertThat(closed.tryAcquire(ADA).degraded()).isTrue();
        } finally {
            admin(keyOfAda(), c -> c.replicaofNoOne());
        }
        awaitBack(failing, INTERVAL.plus(NOISE));
        awaitBack(closed, INTERVAL.plus(NOISE));
        assertThat(failing.tryAcquire(ADA).remaining()).isEqualTo(46);
        awaitBack(held, INTERVAL.multipliedBy(3).plus(NOISE));
        assertThat(held.release()).isTrue();
    }
}
