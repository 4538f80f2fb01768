package io.github.redispatterns.benchmarks.limit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/** The scripts in {@code src/main/lua}. */
enum LuaFile {
    ONE_RETURN,
    LOCK_RELEASE;

    /** Where a {@code LuaScript} finds it. */
    String path() {
        return "benchmarks/" + name().toLowerCase(Locale.ROOT) + ".lua";
    }

    /** The very bytes, for a bare {@code SCRIPT LOAD}. */
    byte[] source() {
        try (InputStream in = LuaFile.class.getResourceAsStream("/META-INF/lua/" + path())) {
            if (in == null) {
                throw new IllegalStateException("There is no script " + path());
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
