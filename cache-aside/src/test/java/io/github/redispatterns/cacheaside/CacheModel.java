package io.github.redispatterns.cacheaside;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the scripts do to one key, in plain Java; it knows the format by itself, and not through {@link CacheRecord}. */
final class CacheModel {

    private enum Kind {
        LEASE('L'),
        VALUE('E'),
        NEGATIVE('N');

        final byte letter;

        Kind(char letter) {
            this.letter = (byte) letter;
        }
    }

    private Kind kind; // null if the key is not there
    private byte[] id;
    private final List<byte[]> waiters = new ArrayList<>();
    private long born;
    private long soft;
    private long load;
    private long refreshUntil;
    private byte[] value;
    private final int[] fills = new int[2];

    byte[] record() {
        if (kind == null) {
            return null;
        }
        ByteBuffer out = ByteBuffer.allocate(1_000);
        out.put((byte) 0xCA).put((byte) 2).put(kind.letter).put(id);
        if (kind == Kind.LEASE) {
            waiters.forEach(out::put);
        } else {
            out.putShort((short) (born >> 32)).putInt((int) born);
            out.put((byte) (soft >> 32)).putInt((int) soft);
            out.putInt((int) load);
            out.putShort((short) (refreshUntil >> 32)).putInt((int) refreshUntil);
            out.put(value);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** How often a lease, and an entry that was being refreshed, was filled. */
    List<Integer> fills() {
        return List.of(fills[0], fills[1]);
    }

    boolean lease(byte[] mine, byte[] unreadable) {
        boolean again = kind == Kind.LEASE && Arrays.equals(id, mine);
        if (kind != null && !again && !Arrays.equals(record(), unreadable)) {
            return false;
        }
        claim(mine);
        return true;
    }

    boolean fill(byte[] mine, byte[] newValue, long newSoft, long newLoad, long now) {
        if (kind == null || !Arrays.equals(id, mine)) {
            return false;
        }
        if (kind != Kind.LEASE && refreshUntil == 0) {
            return true;
        }
        fills[kind == Kind.LEASE ? 0 : 1]++;
        kind = newValue == null ? Kind.NEGATIVE : Kind.VALUE;
        value = newValue == null ? new byte[0] : newValue;
        born = now;
        soft = newSoft;
        load = newLoad;
        refreshUntil = 0;
        waiters.clear();
        return true;
    }

    boolean release(byte[] mine) {
        if (kind == null || !Arrays.equals(id, mine) || (kind != Kind.LEASE && refreshUntil == 0)) {
            return false;
        }
        kind = null;
        return true;
    }

    boolean refresh(byte[] seen, byte[] mine, long leaseMillis, long now) {
        if (kind == null || kind == Kind.LEASE) {
            return false;
        }
        if (refreshUntil > now) {
            return Arrays.equals(id, mine);
        }
        if (!Arrays.equals(id, seen)) {
            return false;
        }
        id = mine;
        refreshUntil = now + leaseMillis;
        return true;
    }

    void await(byte[] waiter) {
        if (kind == Kind.LEASE && waiters.stream().noneMatch(each -> Arrays.equals(each, waiter))) {
            waiters.add(waiter);
        }
    }

    void claim(byte[] mine) {
        kind = Kind.LEASE;
        id = mine;
        waiters.clear();
    }

    boolean invalidate() {
        boolean there = kind != null;
        kind = null;
        return there;
    }
}
