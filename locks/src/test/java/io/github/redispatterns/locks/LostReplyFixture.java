package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;

/**
 * Of every call each reply is cut in its turn, the first, the second and so on until it has none left, by an end of the
 * stream and by a reset.
 */
abstract class LostReplyFixture extends LocksFixture {

    private static final int MOST = 20;

    FaultProxies proxies;
    /** A process whose replies are cut. */
    Redis behind;

    /** A call, cut somewhere; what it returns is checked once nothing is cut any more. */
    interface Call {
        Runnable run(String resource) throws Exception;
    }

    @BeforeEach
    void openBehindProxies() {
        proxies = closing(FaultProxies.of(deployment));
        behind = closing(behindProxies(RedisOptions.builder()));
    }

    final void cuttingEach(int least, Consumer<String> prepare, Call call) throws Exception {
        for (Cut how : Cut.values()) {
            proxies.cutBy(how);
            int nth = 0;
            boolean more = true;
            while (more) {
                String resource = how + "-" + ++nth;
                prepare.accept(resource);
                int before = proxies.cuts();
                proxies.cutNthReply(nth);
                Runnable check = call.run(resource);
                more = proxies.cuts() > before;
                proxies.restore();
                proxies.cutBy(how);
                check.run();
                assertThat(nth).isLessThan(MOST);
            }
            assertThat(nth).as("replies to cut, and one more").isGreaterThan(least);
        }
    }

    final Redis behindProxies(RedisOptions.Builder options) {
        return Handles.open(deployment, user, options.clientResources(proxies.clientResources()));
    }
}
