package io.github.redispatterns.lab.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every module keeps the rules, and each rule is seen to find a module that does not. */
class HouseRulesTest {

    private static final JavaClasses BROKEN =
            new ClassFileImporter().importPackages("io.github.redispatterns.brokenrecipe");

    @Test
    void everyModuleIsLookedAt() {
        assertThat(House.CLASSES.stream().map(type -> type.getPackageName()))
                .contains(
                        "io.github.redispatterns.core",
                        "io.github.redispatterns.testkit",
                        "io.github.redispatterns.cacheaside",
                        "io.github.redispatterns.locks",
                        "io.github.redispatterns.ratelimit",
                        "io.github.redispatterns.lab");
    }

    @TestFactory
    Stream<DynamicTest> theHouseKeepsItsRules() {
        return Rules.all().entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.getKey(),
                        () -> rule.getValue().allowEmptyShould(false).check(House.CLASSES)));
    }

    @TestFactory
    Stream<DynamicTest> aBrokenRecipeBreaksTheRules() {
        return Rules.all().entrySet().stream()
                .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> isBroken(rule.getValue())));
    }

    @Test
    void programsDoNotImportOneAnother() {
        JavaClasses benchmarks = new ClassFileImporter().importPackages("io.github.redispatterns.benchmarks");
        assertThat(Rules.dependencies().evaluate(benchmarks).getFailureReport().getDetails())
                .anyMatch(detail -> detail.contains("BrokenBenchmark") && detail.contains("lab.run.Experiment"));
    }

    private static void isBroken(ArchRule rule) {
        assertThat(rule.evaluate(BROKEN).getFailureReport().getDetails())
                .isNotEmpty()
                .allMatch(detail -> detail.contains("brokenrecipe"));
    }
}
