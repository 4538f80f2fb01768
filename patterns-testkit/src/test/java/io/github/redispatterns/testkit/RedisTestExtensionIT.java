package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.lettuce.core.SetArgs;
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

    @RedisTest(topologies = Topology.STANDALONE)
    static class Elsewhere {

        @Parameter
        RedisDeployment redis;

        @Test
        void leavesAKeyForEver() {
            setInDatabase3(new SetArgs());
        }

        @Test
        @ImmortalKeys("elsewhere")
        void declaresIt() {
            setInDatabase3(new SetArgs());
        }

        @Test
        void leavesAKeyWithATtl() {
            setInDatabase3(SetArgs.Builder.ex(60));
        }

        private void setInDatabase3(SetArgs args) {
            redis.nodes().get(0).call(commands -> {
                commands.select(3);
                return commands.set("elsewhere", "v", args);
            });
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
    void everyDatabaseIsLookedAtAndSwept() {
        RedisDeployment redis = RedisDeployment.shared(Topology.STANDALONE);

        Events tests = run(Elsewhere.class);

        tests.assertStatistics(count -> count.started(3).succeeded(2).failed(1));
        tests.failed().assertThatEvents().allMatch(failed -> failed.toString().contains("elsewhere (in database 3)"));
        String left = redis.nodes().get(0).call(commands -> commands.info("keyspace"));
        assertThat(left).doesNotContain("db3:");
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
