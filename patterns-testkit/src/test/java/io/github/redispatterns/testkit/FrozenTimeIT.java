package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

@RedisTest
class FrozenTimeIT {

    private static final String ASK = """
            #!lua
            local time = redis.call('TIME')
            local again = redis.pcall('time')
            return { time[1], time[2], again[1], #ARGV, ARGV[1], redis.sha1hex('x') }
            """;

    private final FrozenTime time = FrozenTime.atMicros(1_795_289_585_000_042L);

    @Parameter
    RedisDeployment redis;

    @Test
    void scriptsSeeTheFrozenTimeAndTheirOwnArgumentsOnly() {
        assertThat(run(ASK, "mine"))
                .containsExactly(
                        "1795289585", "42", "1795289585", 1L, "mine", "11f6ad8ec52a2984abaafd7c3b516503785c2072");
    }

    @Test
    void theClockMovesOnlyWhenItIsTold() {
        time.advance(Duration.ofMillis(1_500));

        assertThat(run(ASK, "mine")).startsWith("1795289586", "500042");

        time.setMicros(2_000_000);
        assertThat(run(ASK, "mine")).startsWith("2", "0");
        assertThat(time.micros()).isEqualTo(2_000_000);
    }

    @Test
    void otherCommandsAndErrorsPassThrough(TestKeys keys) {
        String script = """
                #!lua
                redis.call('SET', KEYS[1], 'v', 'PX', 60000)
                local failed = redis.pcall('INCR', KEYS[1])
                return { redis.call('GET', KEYS[1]), failed.err ~= nil and 1 or 0 }
                """;
        String key = keys.key("k");

        List<Object> answer = redis.masterOf(key)
                .call(commands -> commands.eval(
                        time.rewrite(script), ScriptOutputType.MULTI, new String[] {key}, time.argument()));

        assertThat(answer).containsExactly("v", 1L);
        assertThatThrownBy(() -> run("#!lua\nreturn redis.error_reply('MINE broken')"))
                .hasMessage("MINE broken");
    }

    @Test
    void aForgottenArgumentIsNamed() {
        String script = time.rewrite("#!lua\nreturn 1");

        assertThatThrownBy(() ->
                        redis.masters().get(0).<Long>call(commands -> commands.eval(script, ScriptOutputType.INTEGER)))
                .hasMessageContaining("FrozenTime: the last ARGV must be its argument()");
    }

    @Test
    void timesBeforeTheFirstSecondAreRefused() {
        assertThatThrownBy(() -> FrozenTime.atMicros(-5)).hasMessage("micros: must be at least 1000000, is -5");
    }

    private List<Object> run(String script, String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = time.argument();
        return redis.masters()
                .get(0)
                .call(commands -> commands.eval(time.rewrite(script), ScriptOutputType.MULTI, new String[0], all));
    }
}
