package io.github.redispatterns.cacheaside;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far a stream was handled.
 *
 * @param id of the last entry
 * @param added how many entries had ever been added up to it; with how many there are in all, and how many are left, it
 *     tells whether any is gone
 */
record StreamPosition(String id, long added) {

    /** Before every entry. */
    static final StreamPosition START = new StreamPosition("0-0", 0);

    private static final Pattern TEXT = Pattern.compile("((\\d{1,20})-(\\d{1,20})) (\\d{1,15})");

    byte[] toBytes() {
        return (id + ' ' + added).getBytes(StandardCharsets.US_ASCII);
    }

    /** Null if there are no bytes, or none that {@link #toBytes} has written. */
    static @Nullable StreamPosition parse(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        Matcher text = TEXT.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        return text.matches() && isHalf(text.group(2)) && isHalf(text.group(3))
                ? new StreamPosition(text.group(1), Long.parseLong(text.group(4)))
                : null;
    }

    /** True if it is what Redis itself would write for an unsigned number of 64 bits. */
    private static boolean isHalf(String digits) {
        try {
            return Long.toUnsignedString(Long.parseUnsignedLong(digits)).equals(digits);
        } catch (NumberFormatException e) {
            return false; // too large
        }
    }
}
