package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.testkit.LuaContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each script does what its header says it takes and gives. */
class RateScriptsTest {

    @ParameterizedTest
    @EnumSource
    void theScriptKeepsItsContract(Algorithm algorithm) throws IOException {
        String path = algorithm.script();
        try (InputStream in = RateScriptsTest.class.getResourceAsStream("/META-INF/lua/" + path)) {
            assertThat(in).isNotNull();
            String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            LuaContract.check(path.substring(path.indexOf('/') + 1), source);
        }
    }
}
