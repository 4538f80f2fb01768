package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RespScannerTest {

    private final List<String> seen = new ArrayList<>();
    private final RespScanner scanner = new RespScanner();
    private char stopAt = '\0';

    private final RespScanner.Visitor visitor = new RespScanner.Visitor() {
        @Override
        public boolean begins(char type) {
            if (type == stopAt) {
                return false;
            }
            seen.add("" + type);
            return true;
        }

        @Override
        public void ends(List<String> words) {
            seen.add(String.join(" ", words));
        }
    };

    /** Whole, and cut into pieces at every byte: TCP knows no messages. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1_000})
    void findsMessagesHoweverTheyArrive(int pieceLength) {
        String stream = "*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n" // request
                + "+OK\r\n:12\r\n-ERR no\r\n$-1\r\n$0\r\n\r\n*-1\r\n_\r\n#t\r\n,1.5\r\n" // simple replies
                + "%1\r\n$1\r\na\r\n*2\r\n:1\r\n$3\r\nx\r\n\r\n~0\r\n" // nested, with a line end inside a string
                + "|1\r\n+k\r\n+v\r\n:1\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n" // attribute, push
                + "PING\r\n=5\r\ntxt:a\r\n";
        for (int i = 0; i < stream.length(); i += pieceLength) {
            String piece = stream.substring(i, Math.min(stream.length(), i + pieceLength));
            assertThat(scanner.scan(bytes(piece), visitor)).isEqualTo(piece.length());
        }

        assertThat(seen)
                .containsExactly(
                        "*",
                        "INCR k",
                        "+",
                        "",
                        ":",
                        "",
                        "-",
                        "",
                        "$",
                        "",
                        "$",
                        "",
                        "*",
                        "",
                        "_",
                        "",
                        "#",
                        "",
                        ",",
                        "",
                        "%",
                        "a x\r\n",
                        "~",
                        "",
                        "|",
                        "",
                        ">",
                        "invalidate k",
                        "P",
                        "",
                        "=",
                        "txt:a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+OK\r\n:1\r\n"})
    void stopsBeforeTheMessageThatTheVisitorRefuses(String stream) {
        stopAt = ':';

        assertThat(scanner.scan(bytes(stream), visitor)).isEqualTo(5);
        assertThat(scanner.scan(bytes(":1\r\n"), visitor)).isZero();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
