package io.github.redispatterns.cacheaside;

import io.github.redispatterns.testkit.AsyncTwins;
import io.github.redispatterns.testkit.LuaContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The house's contracts: what a script's header says is what its body does, and each async method has its sync twin. */
class CacheScriptsTest {

    @ParameterizedTest
    @ValueSource(strings = {"cache_lease", "cache_fill", "cache_release", "cache_put", "cache_invalidate"})
    void headerAndBodyAgree(String script) throws IOException {
        String file = script + ".lua";
        LuaContract.check(file, Files.readString(Path.of("src/main/lua", file)));
    }

    @Test
    void everyAsyncMethodHasItsSyncTwin() {
        AsyncTwins.check(CacheAside.class);
    }
}
