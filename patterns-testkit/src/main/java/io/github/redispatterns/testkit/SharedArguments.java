package io.github.redispatterns.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.junit.platform.commons.support.AnnotationSupport;

/** One shared deployment per topology, each started when its turn comes. */
final class SharedArguments implements ArgumentsProvider {

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        Class<?> testClass = context.getRequiredTestClass();
        RedisTest annotation = AnnotationSupport.findAnnotation(testClass, RedisTest.class)
                .orElseThrow(() -> new TestkitException(testClass.getName() + " lacks @RedisTest"));
        Settings settings = Settings.current();
        List<Topology> asked = Arrays.asList(annotation.topologies());
        List<Topology> run =
                ServerHosts.choose(settings) == Provider.URI ? onlyGiven(asked, settings, testClass) : asked;
        return run.stream().map(RedisDeployment::shared).map(Arguments::of);
    }

    private static List<Topology> onlyGiven(List<Topology> asked, Settings settings, Class<?> testClass) {
        Topology given = GivenRedis.topology(settings);
        if (!asked.contains(given)) {
            throw new TestkitException(
                    testClass.getName() + " runs on " + asked + ", but REDIS_URI leads to a " + given + " deployment");
        }
        return List.of(given);
    }
}
