package io.github.redispatterns.lab.rules;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Comparator;
import java.util.List;

/** The classes of all modules, without their tests. */
final class House {

    static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.github.redispatterns");

    private House() {}

    /** The public classes that have, or inherit, a public method called ...Async. */
    static List<JavaClass> asynchronous() {
        return CLASSES.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> type.getAllMethods().stream()
                        .anyMatch(method -> method.getName().endsWith("Async")
                                && method.getModifiers().contains(JavaModifier.PUBLIC)))
                .sorted(Comparator.comparing(JavaClass::getName))
                .toList();
    }
}
