package io.github.redispatterns.lab.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The rules of the house, each under the name that its test has. */
final class Rules {

    private static final String OURS = "io.github.redispatterns.";
    private static final Set<String> PROGRAMS = Set.of("lab", "benchmarks");

    private static final ArchCondition<JavaClass> DEPEND_ONLY_ON_WHAT_ITS_MODULE_MAY =
            new ArchCondition<>("depend only on what its module may") {
                @Override
                public void check(JavaClass from, ConditionEvents events) {
                    from.getDirectDependenciesFromSelf().stream()
                            .filter(arrow ->
                                    !mayDepend(from, arrow.getTargetClass().getBaseComponentType()))
                            .forEach(arrow -> events.add(SimpleConditionEvent.violated(from, arrow.getDescription())));
                }
            };

    /** What importers get at run time. */
    private static final DescribedPredicate<JavaClass> LIBRARY =
            DescribedPredicate.describe("of a library", type -> !PROGRAMS.contains(module(type)));

    private static final DescribedPredicate<JavaClass> RECIPE_OR_CORE = DescribedPredicate.describe(
            "of a recipe or core", type -> LIBRARY.test(type) && !module(type).equals("testkit"));

    private Rules() {}

    static Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        rules.put(
                "a recipe depends on core alone, core and testkit on nothing of ours, nothing on a program",
                dependencies());
        rules.put(
                "packages have no cycles",
                slices().matching("io.github.redispatterns.(**)").should().beFreeOfCycles());
        rules.put(
                "libraries do not sleep",
                noClasses()
                        .that(are(LIBRARY))
                        .should()
                        .callMethodWhere(DescribedPredicate.describe(
                                "it sleeps",
                                call -> call.getTarget().getName().equals("sleep") && sleeps(call.getTarget()))));
        rules.put(
                "recipes and core go by the server's clock or the monotonic one, never by the wall clock",
                noClasses()
                        .that(are(RECIPE_OR_CORE))
                        .should()
                        .accessTargetWhere(DescribedPredicate.describe(
                                "it asks the wall clock", // also by a method reference
                                access -> access.getTarget() instanceof AccessTarget.CodeUnitAccessTarget target
                                        && asksWallClock(target))));
        rules.put(
                "libraries do not write to standard streams, but for the testkit's announcements",
                noClasses()
                        .that(are(LIBRARY))
                        .and()
                        .doNotHaveFullyQualifiedName(OURS + "testkit.Announcer")
                        .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS));
        rules.put(
                "nothing reads or writes serialized objects",
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .areAssignableTo(ObjectInputStream.class)
                        .orShould()
                        .dependOnClassesThat()
                        .areAssignableTo(ObjectOutputStream.class));
        rules.put(
                "only exceptions and enums are Serializable",
                classes()
                        .that(are(assignableTo(Serializable.class)))
                        .should()
                        .beAssignableTo(Throwable.class)
                        .orShould()
                        .beEnums());
        rules.put(
                "only core.CodecViews knows Lettuce's implementation classes",
                noClasses()
                        .that()
                        .haveNameNotMatching(Pattern.quote(OURS + "core.CodecViews") + "(\\$.*)?")
                        .should()
                        .dependOnClassesThat(nameMatching("io\\.lettuce\\..*Impl")));
        rules.put(
                "public methods called ...Async return a CompletionStage",
                methods()
                        .that()
                        .arePublic()
                        .and()
                        .haveNameMatching(".*Async")
                        .should()
                        .haveRawReturnType(assignableTo(CompletionStage.class)));
        rules.put(
                "public classes of core and recipes are final, interfaces or exceptions",
                classes()
                        .that(are(RECIPE_OR_CORE))
                        .and()
                        .arePublic()
                        .and()
                        .areNotInterfaces()
                        .and()
                        .areNotAssignableTo(Throwable.class)
                        .should()
                        .haveModifier(JavaModifier.FINAL));
        return rules;
    }

    static ArchRule dependencies() {
        return classes().should(DEPEND_ONLY_ON_WHAT_ITS_MODULE_MAY);
    }

    /**
     * Recipes stand on core alone, core and the testkit on nothing of ours, and nobody stands on a program, not even
     * another one.
     */
    private static boolean mayDepend(JavaClass from, JavaClass to) {
        if (!to.getPackageName().startsWith(OURS) || module(from).equals(module(to))) {
            return true;
        }
        return switch (module(from)) {
            case "core", "testkit" -> false;
            case "lab", "benchmarks" -> !PROGRAMS.contains(module(to));
            default -> module(to).equals("core");
        };
    }

    /** The segment after ours. */
    private static String module(JavaClass type) {
        String rest = type.getPackageName().substring(OURS.length());
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }

    private static boolean sleeps(AccessTarget.CodeUnitAccessTarget target) {
        return target.getOwner().isAssignableTo(Thread.class)
                || target.getOwner().isAssignableTo(TimeUnit.class);
    }

    private static boolean asksWallClock(AccessTarget.CodeUnitAccessTarget target) {
        String owner = target.getOwner().getName();
        String name = target.getName();
        if (owner.startsWith("java.time.")) {
            return name.equals("now") || name.startsWith("system") || name.startsWith("tick");
        }
        return switch (owner) {
            case "java.lang.System" -> name.equals("currentTimeMillis");
            case "java.util.Calendar" -> name.equals("getInstance");
            case "java.util.Date" -> target.getRawParameterTypes().isEmpty() && name.equals("<init>");
            default -> false;
        };
    }

    private static DescribedPredicate<JavaClass> are(DescribedPredicate<? super JavaClass> predicate) {
        return predicate.forSubtype();
    }
}
