package io.github.redispatterns.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A named part of the key space, and the only place where keys are built: {@code prefix:{id}} and
 * {@code prefix:{id}:part}.
 *
 * <p><b>Guarantees</b>: distinct (prefix, id, part) give distinct keys, whatever characters are in them. All keys of one
 * id are in one slot of a Cluster, because the id alone stands between the braces. One key space's {@link #pattern()}
 * matches no key of another, unless the other is its {@linkplain #child child}.
 *
 * <p><b>Does not guarantee</b>: that two deployments sharing a Redis choose different prefixes; that is theirs to agree.
 *
 * <p><b>Keys</b>: the segments of the prefix are joined by colons; within a segment every character but ASCII letters,
 * digits, {@code -}, {@code _} and {@code .} is percent-encoded as UTF-8. Within ids and parts only <code>{</code>,
 * <code>}</code>, {@code %} and ASCII control characters are.
 *
 * <p><b>Thread safety</b>: immutable.
 *
 * <p><b>Source</b>: Redis Cluster specification, "Hash tags".
 */
public final class KeySpace {

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private final String prefix;
    /** What stands before the id. */
    private final String start;
    /** The same as bytes; a prefix is ASCII. */
    private final byte[] startBytes;

    private KeySpace(String prefix) {
        this.prefix = prefix;
        this.start = prefix + ":{";
        this.startBytes = start.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Names a key space.
     *
     * @param segment the first segment of the prefix, such as the application's name
     * @param more further segments, such as the tenant
     * @return the key space
     * @throws IllegalArgumentException if a segment is null, empty, or has an unpaired surrogate
     */
    public static KeySpace of(String segment, String... more) {
        KeySpace space = new KeySpace(encodeSegment(segment));
        for (String next : Check.notNull("more", more)) {
            space = space.child(next);
        }
        return space;
    }

    /**
     * Names a key space inside this one.
     *
     * @param segment one more segment of the prefix
     * @return the inner key space
     * @throws IllegalArgumentException if the segment is null, empty, or has an unpaired surrogate
     */
    public KeySpace child(String segment) {
        return new KeySpace(prefix + ':' + encodeSegment(segment));
    }

    /**
     * The one key of an entity that has only one.
     *
     * @param id the entity's id; any text
     * @return {@code prefix:{id}}
     * @throws IllegalArgumentException if the id is null, empty, or has an unpaired surrogate
     */
    public String key(String id) {
        return start + encode(Check.text("id", id)) + '}';
    }

    /**
     * The one key of an entity that has only one, encoded in one go.
     *
     * @param id the entity's id; any text
     * @return {@code prefix:{id}} as UTF-8
     * @throws IllegalArgumentException if the id is null, empty, or has an unpaired surrogate
     */
    public byte[] keyBytes(String id) {
        int length = Check.notNull("id", id).length();
        if (length == 0) {
            throw new IllegalArgumentException("id: must not be empty");
        }
        byte[] key = Arrays.copyOf(startBytes, startBytes.length + length + 1);
        for (int i = 0; i < length; i++) {
            char c = id.charAt(i);
            if (c > 0x7f || isReserved(c)) {
                return key(id).getBytes(StandardCharsets.UTF_8);
            }
            key[startBytes.length + i] = (byte) c;
        }
        key[key.length - 1] = '}';
        return key;
    }

    /**
     * One of an entity's several keys, all of which share a slot.
     *
     * @param id the entity's id; any text
     * @param part what the key holds of the entity; any text
     * @return {@code prefix:{id}:part}
     * @throws IllegalArgumentException if the id or the part is null, empty, or has an unpaired surrogate
     */
    public String key(String id, String part) {
        return key(id) + ':' + encode(Check.text("part", part));
    }

    /**
     * A Pub/Sub channel of this key space; it belongs to no entity.
     *
     * @param name the channel's name; any text
     * @return {@code prefix:name}
     * @throws IllegalArgumentException if the name is null, empty, or has an unpaired surrogate
     */
    public String channel(String name) {
        return prefix + ':' + encodeSegment(name);
    }

    /**
     * The glob that matches every key and channel of this key space, for {@code SCAN} and for {@code ACL SETUSER ~…}. It
     * needs no escapes, because a prefix holds no glob character.
     *
     * @return {@code prefix:*}
     */
    public String pattern() {
        return prefix + ":*";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeySpace that && prefix.equals(that.prefix);
    }

    @Override
    public int hashCode() {
        return prefix.hashCode();
    }

    /** Says the prefix, which is configuration; ids never appear. */
    @Override
    public String toString() {
        return "KeySpace[" + prefix + ']';
    }

    private static String encodeSegment(String segment) {
        StringBuilder out = new StringBuilder();
        for (byte b : Check.text("segment", segment).getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-_.".indexOf(c) >= 0) {
                out.append(c);
            } else {
                percent(out, b);
            }
        }
        return out.toString();
    }

    private static String encode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isReserved(text.charAt(i))) {
                return encodeFrom(text, i);
            }
        }
        return text;
    }

    private static String encodeFrom(String text, int start) {
        StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, start);
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isReserved(c)) {
                percent(out, (byte) c);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isReserved(char c) {
        return c < ' ' || c == '{' || c == '}' || c == '%' || c == 0x7f;
    }

    private static void percent(StringBuilder out, byte b) {
        out.append('%').append(HEX[(b >> 4) & 0xf]).append(HEX[b & 0xf]);
    }
}
