package io.github.redispatterns.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Load;
import io.github.redispatterns.lab.run.Report;
import io.github.redispatterns.lab.run.Runner;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.Parameter;

/** Every experiment with a small load, on a Cluster, which asks most of it; {@code ./recipes} runs them on one server. */
@RedisTest(topologies = Topology.CLUSTER)
class ExperimentsIT {

    private static final Load SMALL = new Load(0.1, 42);

    @Parameter
    private RedisDeployment deployment;

    @TestFactory
    Stream<DynamicTest> everyClaimHolds() {
        return Catalog.all().experiments().stream()
                .map(experiment -> DynamicTest.dynamicTest(experiment.name(), () -> holds(experiment)));
    }

    private void holds(Experiment experiment) {
        List<Report> reports = new ArrayList<>();
        new Runner(deployment, SMALL, what -> {}).run(List.of(experiment), reports::add);
        assertThat(reports).hasSize(1);
        Report report = reports.get(0);
        assertThat(report.error()).isNull();
        assertThat(report.result()).isNotNull();
        // How long something takes depends on what else the machine does while tests run; ./recipes judges that too.
        assertThat(report.result().claims())
                .filteredOn(claim -> !claim.claim().endsWith(", ms"))
                .isNotEmpty()
                .allMatch(Claim::holds);
    }
}
