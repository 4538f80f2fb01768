package io.github.redispatterns.lab.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServiceProcessTest {

    @Test
    void whatGoesWrongIsAnsweredInOneLineAndTheEndOfItsInputEndsIt() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServiceProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (PrintStream requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
                BufferedReader answers =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            requests.println("go");
            assertThat(answers.readLine()).startsWith("failed IllegalStateException: There is no setup yet (");
            requests.println("nonsense");
            assertThat(answers.readLine()).startsWith("failed JsonParseException: ");
            process.getOutputStream().close();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aReadingSurvivesTheWayToTheParent() {
        org.HdrHistogram.Histogram micros = new org.HdrHistogram.Histogram(3);
        for (int i = 1; i <= 100; i++) {
            micros.recordValue(i * 1000L);
        }
        Reading there = Reading.decode(new Reading(2, micros).encode());
        assertThat(there.wrong()).isEqualTo(2);
        assertThat(there.p99Millis()).isBetween(98.9, 99.2);
        assertThat(there.plus(there).wrong()).isEqualTo(4);
        assertThat(there.plus(there).micros().getTotalCount()).isEqualTo(200);
    }
}
