package io.github.redispatterns.benchmarks;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The house's rules for programs. The lab, which checks them for all libraries, does not see this program. */
class HouseRulesTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.redispatterns.benchmarks");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.github.redispatterns.(**)")
                .should()
                .beFreeOfCycles()
                .check(OURS);
    }

    @Test
    void programsDoNotImportOneAnother() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.redispatterns.lab..")
                .check(OURS);
    }

    @Test
    void nothingIsSerialized() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ObjectOutputStream.class)
                .check(OURS);
        classes()
                .that(assignableTo(Serializable.class))
                .should()
                .beAssignableTo(Throwable.class)
                .orShould()
                .beEnums()
                .check(OURS);
    }

    @Test
    void nobodyKnowsLettucesImplementation() {
        noClasses()
                .should()
                .dependOnClassesThat(nameMatching("io\\.lettuce\\..*Impl"))
                .check(OURS);
    }

    @Test
    void asynchronousMethodsReturnAStage() {
        methods()
                .that()
                .arePublic()
                .and()
                .haveNameMatching(".*Async")
                .should()
                .haveRawReturnType(assignableTo(CompletionStage.class))
                .check(OURS);
    }

    /** A round that sleeps measures the scheduler. */
    @Test
    void nobodySleeps() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(OURS);
    }
}
