package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts include nothing, so some of their text is a copy of another's: whoever changes one has to change the other. */
class LuaCopiesTest {

    @Test
    void aLockIsHandedOverInOneWay() throws IOException {
        String from = "for ticket = head + 1, tail do\n";
        String released = upToTheReturn(after(from, text("lock_release")))
                .replaceAll("\\bits_forget_ms\\b", "forget_ms")
                .replaceAll("return .*", "return");
        String watched = upToTheReturn(after(from, text("lock_watch"))).replaceAll("return .*", "return");
        assertThat(watched).isEqualTo(released);
    }

    @Test
    void permitsAreHandedOverInOneWay() throws IOException {
        String from = "for queue in ";
        String to = "redis.call('HSET', key, 'used', used, 'ends', used > 0 and ends_us or 0)\n";
        String released = before(to, after(from, text("share_release")))
                .replace("(queues,", "(ARGV[5],")
                .replaceAll(" *reply\\[#reply.*\n", "");
        String watched = before(to, after(from, text("share_watch"))).replaceAll(" *reply\\[#reply.*\n", "");
        assertThat(watched).isEqualTo(released);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fenced_hset", "fenced_delete"})
    void fencesAreComparedInOneWay(String script) throws IOException {
        assertThat(comparison(script)).isEqualTo(comparison("fenced_set"));
    }

    /** A stream is its own fence, which is compared as the others are. */
    @Test
    void aStreamsFenceIsComparedAsTheOthersAre() throws IOException {
        String condition = before(" then\n", after("if #token < #fence", text("fenced_set")));
        assertThat(before(" then\n", after("if #token < #fence", text("fenced_append"))))
                .isEqualTo(condition);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "share"})
    void aFamilySaysOneThingOfItsKey(String family) throws IOException {
        String said = layout(family + "_acquire");
        for (String verb : List.of("extend", "release", "watch")) {
            assertThat(layout(family + "_" + verb)).as(verb).isEqualTo(said);
        }
    }

    private static String comparison(String script) throws IOException {
        String block = after("-- Tokens are compared as digits", text(script));
        return before("redis.call('HSET', key, 'fence', token", block).replaceAll("\n--.*", "");
    }

    private static String layout(String script) throws IOException {
        return before("\nARGV[1]", after("\nKEYS[1]", text(script)));
    }

    private static String upToTheReturn(String block) {
        return block.substring(0, block.lastIndexOf("\nreturn "));
    }

    private static String after(String mark, String text) {
        assertThat(text).containsOnlyOnce(mark);
        return text.substring(text.indexOf(mark) + mark.length());
    }

    private static String before(String mark, String text) {
        assertThat(text).contains(mark);
        return text.substring(0, text.indexOf(mark));
    }

    private static String text(String script) throws IOException {
        return Files.readString(Path.of("src/main/lua", script + ".lua"));
    }
}
