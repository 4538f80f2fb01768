package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LuaContractTest {

    private static final String GOOD = """
            #!lua flags=allow-oom
            --[[ lease_release: delete the lease only if the caller still owns it.
            KEYS[1]  lease, hash
            ARGV[1]  owner token
            Returns  1 released; 0 absent or owned by another
            Cost     O(1), one round trip        Slot    one key
            Time     none                        Redis   7.0+, Valkey 7.2+
            Source   Redis docs, "Distributed locks"
            ]]
            local lease, token = KEYS[1], ARGV[1] -- not ARGV[2]
            if redis.call('HGET', lease, 'KEYS[9]') ~= token then return 0 end
            return redis.call('DEL', lease)
            """;

    @Test
    void aScriptThatKeepsItsContractPasses() {
        assertThatCode(() -> LuaContract.check("lease_release.lua", GOOD)).doesNotThrowAnyException();
    }

    @Test
    void anOpenEndCoversALoop() {
        String script = GOOD.replace("ARGV[1]  owner token\n", "ARGV[1..]  owner tokens\n")
                .replace("ARGV[1] --", "table.concat(ARGV) --");

        assertThatCode(() -> LuaContract.check("lease_release.lua", script)).doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource
    void eachDefectIsNamed(String replaced, String by, String defect) {
        assertThatThrownBy(() -> LuaContract.check("lease_release.lua", GOOD.replace(replaced, by)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("lease_release.lua: ")
                .hasMessageContaining(defect);
    }

    static Stream<Arguments> eachDefectIsNamed() {
        return Stream.of(
                Arguments.of("#!lua flags=allow-oom", "-- plain", "first line must be #!lua"),
                Arguments.of("allow-oom", "no-reads", "Redis knows no flag no-reads"),
                Arguments.of("lease_release:", "lock_release:", "must begin with \"--[[ lease_release: \""),
                Arguments.of("]]", "--", "a line \"]]\" must end"),
                Arguments.of("KEYS[1]  lease, hash\n", "", "KEYS[1] is used but not documented"),
                Arguments.of(" = KEYS[1], ARGV[1]", " = KEYS[1], ''", "ARGV[1] is documented but not used"),
                Arguments.of("ARGV[1]  owner", "ARGV[2]  owner", "does not number ARGV from 1"),
                Arguments.of("KEYS[1], ARGV[1]", "KEYS[1], unpack(ARGV)", "other than by a literal index"),
                Arguments.of("ARGV[1]  owner", "ARGV[1..]  owner", "only uses literal indexes"),
                Arguments.of("ARGV[1]  owner token", "ARGV owner token", "is not \"ARGV[n]  meaning\""),
                Arguments.of("Returns", "Gives", "lacks Returns"),
                Arguments.of("Slot", "Place", "lacks Slot"),
                Arguments.of("Source", "Origin", "lacks Source"),
                Arguments.of("Time     none", "Time     server", "never asks redis.call('TIME')"),
                Arguments.of("return redis", "redis.call('TIME')\nreturn redis", "says Time none"),
                Arguments.of("return redis", "local a = 1\n".repeat(61) + "return redis", "lines of code"),
                Arguments.of("return redis", "return\r\nredis", "line ends other than LF"));
    }

    @Test
    void aBadFileNameIsADefect() {
        assertThatThrownBy(() -> LuaContract.check("Release.lua", GOOD)).hasMessageContaining("<noun>_<verb>.lua");
    }
}
