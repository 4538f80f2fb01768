package io.github.redispatterns.testkit;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The code below a script's header.
 *
 * @param withStrings without comments
 * @param code without comments and without the contents of strings
 * @param lines of code: neither blank nor comment
 */
record LuaBody(String withStrings, String code, long lines) {

    private static final Pattern LONG_COMMENT = Pattern.compile("(?s)--\\[\\[.*?]]");
    private static final Pattern STRING_OR_COMMENT =
            Pattern.compile("\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*'|--[^\n]*");

    static LuaBody of(List<String> source) {
        String text = LONG_COMMENT.matcher(String.join("\n", source)).replaceAll("");
        String withStrings = STRING_OR_COMMENT
                .matcher(text)
                .replaceAll(found -> found.group().startsWith("--") ? "" : Matcher.quoteReplacement(found.group()));
        String code = STRING_OR_COMMENT.matcher(withStrings).replaceAll("''");
        return new LuaBody(
                withStrings, code, code.lines().filter(line -> !line.isBlank()).count());
    }
}
