package io.github.redispatterns.lab.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.FakeExperiment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonRendererTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final JsonRenderer json = new JsonRenderer(new PrintStream(out, true, StandardCharsets.UTF_8));

    @Test
    void aReportIsOneLineOfAFixedShape() {
        json.report(new FakeExperiment("cache-aside/stampede", 1).report());
        json.summary(List.of());
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"experiment\":\"cache-aside/stampede\",\"claims\":["
                        + "{\"claim\":\"loader calls\",\"naive\":1000,\"recipe\":1,\"bound\":\"<= 1\",\"holds\":true},"
                        + "{\"claim\":\"late fills\",\"naive\":null,\"recipe\":3,\"bound\":\">= 1\",\"holds\":true}],"
                        + "\"redis\":{\"version\":\"Redis 7.0.15\",\"topology\":\"STANDALONE\"},\"millis\":12}"
                        + System.lineSeparator());
    }

    @Test
    void aClaimThatDoesNotHoldSaysSo() {
        json.report(new FakeExperiment("locks/crash", 2).report());
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"recipe\":2,\"bound\":\"<= 1\",\"holds\":false");
    }

    @Test
    void aFailureHasAnErrorAndNoClaims() {
        json.report(new FakeExperiment("locks/crash", 2).failure());
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("{\"experiment\":\"locks/crash\",\"claims\":[],\"error\":"
                        + "\"IllegalStateException: no \\\"disk\\\" (Fake.java:1)\",\"redis\":{");
    }
}
