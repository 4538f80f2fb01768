package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs small classes inside, and looks at how they end. */
class RedisTestExtensionIT {

    private static final AtomicReference<String> WRITTEN = new AtomicReference<>();

    @RedisTest(topologies = {Topology.STANDALONE, Topology.CLUSTER})
    static class Careless {

        @Parameter
        RedisDeployment redis;

        @Test
        void leavesAKeyForEver(TestKeys keys) {
            set(redis, keys.key("careless"));
        }
    }

    @RedisTest(topologies = Topology.STANDALONE)
    @ImmortalKeys("fixture-?")
    static class Careful {

        @Parameter
        RedisDeployment redis;

        @Test
        @ImmortalKeys("*:declared")
        void declaresWhatItLeaves(TestKeys keys) {
            WRITTEN.set(keys.key("declared"));
            set(redis, keys.key("declared"));
            set(redis, "fixture-1");
        }

        @Test
        void breaksWhatIsHealed() {
            redis.nodes().get(0).pause();
        }
    }

    @RedisTest(topologies = {})
    static class Nowhere {

        @Parameter
        RedisDeployment redis;

        @Test
        void neverRuns() {
            throw new IllegalStateException("it ran");
        }
    }

    @Test
    void aKeyWithoutTtlFailsTheTestByItsNameOnEveryTopology() {
        Events tests = run(Careless.class);

        tests.assertStatistics(count -> count.started(2).failed(2));
        tests.failed().assertThatEvents().allMatch(failed -> failed.toString().contains("careless"));
    }

    @Test
    void declaredKeysAndFaultsPassAndNothingStaysBehind() {
        RedisDeployment redis = RedisDeployment.shared(Topology.STANDALONE);

        run(Careful.class).assertStatistics(count -> count.started(2).succeeded(2));

        assertThat(redis.nodes().get(0).isRunning()).isTrue();
        long left = redis.nodes().get(0).<Long>call(commands -> commands.exists(WRITTEN.get(), "fixture-1"));
        assertThat(left).isZero();
    }

    @Test
    void aClassWithoutTopologyFailsInsteadOfBeingSkipped() {
        Events all = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Nowhere.class))
                .execute()
                .allEvents();

        all.failed().assertStatistics(count -> count.failed(1));
    }

    private static Events run(Class<?> testClass) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .execute()
                .testEvents();
    }

    private static String set(RedisDeployment redis, String key) {
        return redis.masterOf(key).call(commands -> commands.set(key, "v"));
    }
}
