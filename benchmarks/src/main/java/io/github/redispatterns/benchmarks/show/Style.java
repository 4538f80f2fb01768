package io.github.redispatterns.benchmarks.show;

/** Whether text is coloured. */
public enum Style {
    /** With ANSI escapes. */
    COLOURED,
    /** Characters only. */
    PLAIN;

    String bold(String text) {
        return escape("1", text);
    }

    String bad(String text) {
        return escape("31", text);
    }

    private String escape(String code, String text) {
        return this == PLAIN ? text : "\u001b[" + code + 'm' + text + "\u001b[0m";
    }
}
