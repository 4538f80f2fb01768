package io.github.redispatterns.lab.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.github.redispatterns.testkit.AsyncTwins;
import io.github.redispatterns.testkit.LuaContract;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The testkit's contracts, for every script and every asynchronous class that there is: a new one needs no test for
 * them.
 */
class HouseContractsTest {

    @TestFactory
    Stream<DynamicTest> everyScriptDoesWhatItsHeaderSays() {
        List<Path> scripts = Repository.scripts();
        assertThat(scripts).isNotEmpty();
        return scripts.stream()
                .map(script -> DynamicTest.dynamicTest(
                        Repository.ROOT.relativize(script).toString(),
                        () -> LuaContract.check(script.getFileName().toString(), Repository.read(script))));
    }

    @TestFactory
    Stream<DynamicTest> everyAsynchronousMethodHasItsSynchronousTwin() {
        List<JavaClass> types = House.asynchronous();
        assertThat(types).isNotEmpty();
        return types.stream()
                .map(type -> DynamicTest.dynamicTest(type.getName(), () -> AsyncTwins.check(type.reflect())));
    }
}
