package io.github.redispatterns.lab.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.RedisTest;
import io.lettuce.core.SetArgs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest
class RunnerIT {

    @Parameter
    private RedisDeployment deployment;

    @Test
    void anExperimentsKeysAreGoneAfterwards() {
        Report report = run(context -> {
            try (Redis redis = context.open(Context.patient().build())) {
                for (int i = 0; i < 50; i++) {
                    String key = context.keys().key("entity " + i);
                    redis.execute(commands -> commands.set(key, "x", SetArgs.Builder.ex(600)));
                }
            }
            return new Result("", List.of(new Claim("keys", 50, 50, Bound.equalTo(50))));
        });
        assertThat(report.error()).isNull();
        assertThat(report.holds()).isTrue();
        assertThat(deployment.masters()).allSatisfy(RunnerIT::isEmpty);
    }

    @Test
    void aKeyWithoutATimeToLiveFailsTheExperimentAndIsDeletedToo() {
        Report report = run(context -> {
            try (Redis redis = context.open(Context.patient().build())) {
                redis.execute(commands -> commands.set(context.keys().key("immortal"), "x"));
            }
            return new Result("", List.of(new Claim("keys", 1, 1, Bound.equalTo(1))));
        });
        assertThat(report.error()).contains("1 keys without a time to live");
        assertThat(report.holds()).isFalse();
        assertThat(deployment.masters()).allSatisfy(RunnerIT::isEmpty);
    }

    @Test
    void aFailureIsReportedWithItsPlaceAndTheOthersStillRun() {
        List<Report> reports = new ArrayList<>();
        Experiment failing = new Inline(context -> {
            throw new IllegalStateException("the disk is full", new RuntimeException("no space"));
        });
        Experiment good = new Inline(context -> new Result("", List.of(new Claim("sum", 1, 1, Bound.atMost(1)))));
        Runner runner = new Runner(deployment, Load.ordinary(), what -> {});
        assertThat(runner.run(List.of(failing, good), reports::add)).isFalse();
        assertThat(reports).hasSize(2);
        assertThat(reports.get(0).error())
                .startsWith("IllegalStateException: the disk is full; RuntimeException: no space (RunnerIT.java:");
        assertThat(reports.get(1).holds()).isTrue();
        assertThat(reports.get(1).server().topology())
                .isEqualTo(deployment.topology().name());
    }

    private Report run(Body body) {
        List<Report> reports = new ArrayList<>();
        new Runner(deployment, Load.ordinary(), what -> {}).run(List.of(new Inline(body)), reports::add);
        return reports.get(0);
    }

    private static void isEmpty(RedisNode master) {
        assertThat(master.<List<String>>call(commands -> commands.keys("lab:*")))
                .isEmpty();
    }

    private interface Body {
        Result run(Context context) throws Exception;
    }

    private record Inline(Body body) implements Experiment {

        @Override
        public String name() {
            return "core/inline";
        }

        @Override
        public String question() {
            return "?";
        }

        @Override
        public String naive() {
            return "";
        }

        @Override
        public String recipe() {
            return "";
        }

        @Override
        public Result run(Context context) throws Exception {
            return body.run(context);
        }
    }
}
