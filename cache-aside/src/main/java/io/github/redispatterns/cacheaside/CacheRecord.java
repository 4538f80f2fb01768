package io.github.redispatterns.cacheaside;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What stands at a key, byte for byte: a mark, the format's version, the kind, the id of the load that wrote it, and for
 * an entry the value.
 *
 * <pre>
 * 0      1         2              3         19
 * 0xCA   version   'L' or 'E'     load id   value
 * </pre>
 */
final class CacheRecord {

    private static final byte MARK = (byte) 0xCA;
    private static final byte VERSION = 1;
    private static final byte LEASE = 'L';
    private static final byte ENTRY = 'E';
    private static final int LOAD_ID_BYTES = 16;
    private static final int HEADER_BYTES = 3 + LOAD_ID_BYTES;

    private CacheRecord() {}

    /** The lease of a new load; its id is random, so it is unlike every other's. */
    static byte[] newLease() {
        return header(LEASE, HEADER_BYTES).array();
    }

    /** An entry written by the load that holds the lease. */
    static byte[] entry(byte[] lease, byte[] value) {
        byte[] entry = Arrays.copyOf(lease, HEADER_BYTES + value.length);
        entry[2] = ENTRY;
        System.arraycopy(value, 0, entry, HEADER_BYTES, value.length);
        return entry;
    }

    /** An entry that no load has written. */
    static byte[] entry(byte[] value) {
        return header(ENTRY, HEADER_BYTES + value.length).put(value).array();
    }

    static boolean isLease(byte[] record) {
        return record.length == HEADER_BYTES && isKind(record, LEASE);
    }

    /** The value of an entry, or null if the bytes are none: corrupt, foreign, or of a later version. */
    static byte @Nullable [] value(byte[] record) {
        return record.length >= HEADER_BYTES && isKind(record, ENTRY)
                ? Arrays.copyOfRange(record, HEADER_BYTES, record.length)
                : null;
    }

    private static boolean isKind(byte[] record, byte kind) {
        return record[0] == MARK && record[1] == VERSION && record[2] == kind;
    }

    private static ByteBuffer header(byte kind, int length) {
        UUID id = UUID.randomUUID();
        return ByteBuffer.allocate(length)
                .put(MARK)
                .put(VERSION)
                .put(kind)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits());
    }
}
