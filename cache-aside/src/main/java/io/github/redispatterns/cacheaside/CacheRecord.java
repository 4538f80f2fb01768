package io.github.redispatterns.cacheaside;

import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What stands at a key, byte for byte. Only the scripts write it; this reads it.
 *
 * <pre>
 * lease   0 mark 0xCA   1 version   2 kind 'L'          3 load id   11 waiters, 8 bytes each
 * entry   0 mark 0xCA   1 version   2 kind 'E' or 'N'   3 load id   11 born   17 soft   22 load time   26 refresh   32 value
 * </pre>
 *
 * <p>Born is the server's time, ms since 1970, 6 bytes; soft is how long after that the entry is stale, ms, 5 bytes; the
 * load time is in µs, 4 bytes; refresh is until when another load of the entry has the lease to replace it, the server's
 * time, ms, 6 bytes, or 0; then the load id is that load's. All numbers are unsigned and big-endian.
 */
final class CacheRecord {

    static final int LEASE_BYTES = 11;
    static final int HEADER_BYTES = 32;
    static final byte VALUE = 'E';
    static final byte NEGATIVE = 'N';

    private static final byte MARK = (byte) 0xCA;
    private static final byte VERSION = 2;
    private static final byte LEASE = 'L';
    private static final int ID = 3;
    private static final int ID_BYTES = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private CacheRecord() {}

    /** The id of a new load; it is random, so it is unlike every other's. */
    static byte[] newId() {
        byte[] id = new byte[ID_BYTES];
        RANDOM.nextBytes(id);
        return id;
    }

    static boolean isLease(byte[] record) {
        return record.length >= LEASE_BYTES && isKind(record, LEASE);
    }

    /** True for a value and for the note that there is none. */
    static boolean isEntry(byte[] record) {
        return record.length >= HEADER_BYTES && (isKind(record, VALUE) || isKind(record, NEGATIVE));
    }

    static boolean isNegative(byte[] record) {
        return isKind(record, NEGATIVE);
    }

    /** Of a lease or an entry. */
    static byte[] id(byte[] record) {
        return Arrays.copyOfRange(record, ID, ID + ID_BYTES);
    }

    static boolean isLeaseOf(byte @Nullable [] record, byte[] id) {
        return record != null && isLease(record) && Arrays.equals(record, ID, ID + ID_BYTES, id, 0, ID_BYTES);
    }

    /** Of an entry: when it was written, the server's time, ms. */
    static long bornMillis(byte[] entry) {
        return number(entry, 11, 6);
    }

    /** Of an entry: how long after its birth it is stale, ms. */
    static long softMillis(byte[] entry) {
        return number(entry, 17, 5);
    }

    /** Of an entry: how long its load took, µs. */
    static long loadMicros(byte[] entry) {
        return number(entry, 22, 4);
    }

    /** Of an entry: until when another load may replace it, the server's time, ms; 0 if none may. */
    static long refreshUntilMillis(byte[] entry) {
        return number(entry, 26, 6);
    }

    static byte[] value(byte[] entry) {
        return Arrays.copyOfRange(entry, HEADER_BYTES, entry.length);
    }

    private static boolean isKind(byte[] record, byte kind) {
        return record[0] == MARK && record[1] == VERSION && record[2] == kind;
    }

    private static long number(byte[] bytes, int offset, int length) {
        long number = 0;
        for (int i = offset; i < offset + length; i++) {
            number = number << Byte.SIZE | Byte.toUnsignedLong(bytes[i]);
        }
        return number;
    }
}
