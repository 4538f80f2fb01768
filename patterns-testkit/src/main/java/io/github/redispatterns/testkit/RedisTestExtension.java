package io.github.redispatterns.testkit;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.params.ParameterInfo;
import org.junit.platform.commons.support.AnnotationSupport;

/** What {@link RedisTest} does around each test. */
final class RedisTestExtension
        implements ParameterResolver,
                BeforeTestExecutionCallback,
                AfterEachCallback,
                AfterClassTemplateInvocationCallback {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(RedisTestExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestKeys.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return keys(context);
    }

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Tally.class, key -> new Tally(), Tally.class)
                .count(deployment(context));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        RedisDeployment redis = deployment(context);
        heal(redis);
        KeyAudit audit = new KeyAudit(redis, keys(context).prefix());
        Predicate<String> declared = declaredBy(context.getTestMethod().flatMap(RedisTestExtension::annotation))
                .or(declaredByClass(context));
        List<String> undeclared = audit.immortal(declared.negate());
        audit.sweep(declaredByClass(context));
        if (!undeclared.isEmpty()) {
            throw new AssertionError("Keys without a TTL were left on " + redis
                    + " (give them one, or declare them with @ImmortalKeys): " + undeclared);
        }
    }

    private static void heal(RedisDeployment redis) {
        try {
            redis.heal();
        } catch (TestkitException e) {
            SharedDeployments.discard(redis);
            throw e;
        }
    }

    /** What the class declared was kept for its next tests, and must not reach the next class. */
    @Override
    public void afterClassTemplateInvocation(ExtensionContext context) {
        RedisDeployment redis = deployment(context);
        if (redis.isOurs()) {
            new KeyAudit(redis, "").sweep(key -> false);
        }
    }

    private static TestKeys keys(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .computeIfAbsent(
                        TestKeys.class,
                        key -> TestKeys.of(
                                context.getRequiredTestClass().getSimpleName(),
                                context.getRequiredTestMethod().getName()),
                        TestKeys.class);
    }

    /** A parameterized test inside has arguments of its own; the class's stand further up. */
    private static RedisDeployment deployment(ExtensionContext test) {
        for (Optional<ExtensionContext> context = Optional.of(test);
                context.isPresent();
                context = context.get().getParent()) {
            ParameterInfo info = ParameterInfo.get(context.get());
            if (info != null) {
                for (Object argument : info.getArguments().toList()) {
                    if (argument instanceof RedisDeployment redis) {
                        return redis;
                    }
                }
            }
        }
        throw new TestkitException(
                test.getRequiredTestClass().getName() + " was not given its RedisDeployment by @RedisTest");
    }

    /** A nested class leaves what its outer classes may leave. */
    private static Predicate<String> declaredByClass(ExtensionContext context) {
        Predicate<String> declared = key -> false;
        for (Class<?> type = context.getRequiredTestClass(); type != null; type = type.getEnclosingClass()) {
            declared = declared.or(declaredBy(annotation(type)));
        }
        return declared;
    }

    private static Optional<ImmortalKeys> annotation(AnnotatedElement element) {
        return AnnotationSupport.findAnnotation(element, ImmortalKeys.class);
    }

    private static Predicate<String> declaredBy(Optional<ImmortalKeys> annotation) {
        List<Pattern> patterns = annotation.stream()
                .flatMap(keys -> Arrays.stream(keys.value()))
                .map(RedisTestExtension::glob)
                .toList();
        return key -> patterns.stream().anyMatch(pattern -> pattern.matcher(key).matches());
    }

    private static Pattern glob(String pattern) {
        String regex = Stream.of(pattern.split("(?<=[*?])|(?=[*?])"))
                .map(part -> part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part))
                .collect(Collectors.joining());
        return Pattern.compile(regex, Pattern.DOTALL);
    }
}
