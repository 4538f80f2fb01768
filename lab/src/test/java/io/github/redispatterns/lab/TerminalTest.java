package io.github.redispatterns.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.show.Style;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void coloursNeedATerminalThatCanAndNobodyWhoObjects() {
        assertThat(terminal("stdout,stderr", Map.of("TERM", "xterm")).style()).isEqualTo(Style.COLOURED);
        assertThat(terminal(",stderr", Map.of("TERM", "xterm")).style()).isEqualTo(Style.PLAIN);
        assertThat(terminal("", Map.of()).style()).isEqualTo(Style.PLAIN);
        assertThat(terminal("stdout", Map.of("TERM", "dumb")).style()).isEqualTo(Style.PLAIN);
        assertThat(terminal("stdout", Map.of("NO_COLOR", "1")).style()).isEqualTo(Style.PLAIN);
        assertThat(terminal("stdout", Map.of("NO_COLOR", "")).style()).isEqualTo(Style.COLOURED);
    }

    @Test
    void progressIsOneLineThatIsOverwrittenAndNothingInAFile() {
        terminal("stdout", Map.of()).progress().at("unseen");
        terminal("stdout", Map.of()).clearProgress();
        assertThat(err.size()).isZero();

        Terminal live = terminal("stdout,stderr", Map.of());
        live.progress().at("x".repeat(200));
        live.clearProgress();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("\r\u001b[K" + "x".repeat(79) + "\r\u001b[K");
    }

    private Terminal terminal(String terminals, Map<String, String> environment) {
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        return Terminal.of(stream, stream, terminals, environment);
    }
}
