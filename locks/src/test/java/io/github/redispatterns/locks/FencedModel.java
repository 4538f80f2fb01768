package io.github.redispatterns.locks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the scripts do to one entity and to one stream, in plain Java. */
final class FencedModel {

    /** What came of a call. */
    enum Result {
        WRITTEN,
        REPEATED,
        STALE,
        OUT_OF_TURN
    }

    private final Map<String, String> hash = new TreeMap<>();
    private long fence; // 0 if there is no entity
    private final Map<String, Map<String, String>> entries = new LinkedHashMap<>();
    private long streamFence; // 0 if there is no stream
    private long lastSequence; // unsigned

    Map<String, String> hash() {
        return hash;
    }

    Map<String, Map<String, String>> entries() {
        return entries;
    }

    long fence() {
        return fence;
    }

    long streamFence() {
        return streamFence;
    }

    long lastSequence() {
        return lastSequence;
    }

    /** Of the last entry, if it has not been trimmed. */
    Optional<Map<String, String>> lastFields() {
        return Optional.ofNullable(entries.get(id(streamFence, lastSequence)));
    }

    Result set(long token, String value) {
        return write(token, () -> hash.put("value", value));
    }

    Result setFields(long token, Map<String, String> fields) {
        return write(token, () -> fields.forEach((name, value) -> hash.put("f:" + name, value)));
    }

    Result delete(long token) {
        return write(token, hash::clear);
    }

    private Result write(long token, Runnable change) {
        if (token < fence) {
            return Result.STALE;
        }
        fence = token;
        change.run();
        hash.put("fence", "" + token);
        return Result.WRITTEN;
    }

    Result append(long token, Map<String, String> fields) {
        return add(token, token == streamFence ? lastSequence + 1 : 0, fields);
    }

    Result append(long token, long sequence, Map<String, String> fields) {
        boolean later = token > streamFence || Long.compareUnsigned(sequence, lastSequence) > 0;
        if (token < streamFence || later) {
            return add(token, sequence, fields);
        }
        return fields.equals(entries.get(id(token, sequence))) ? Result.REPEATED : Result.OUT_OF_TURN;
    }

    private Result add(long token, long sequence, Map<String, String> fields) {
        if (token < streamFence) {
            return Result.STALE;
        }
        streamFence = token;
        lastSequence = sequence;
        entries.put(id(token, sequence), fields);
        return Result.WRITTEN;
    }

    private static String id(long token, long sequence) {
        return token + "-" + Long.toUnsignedString(sequence);
    }

    void expire() {
        hash.clear();
        fence = 0;
        entries.clear();
        streamFence = 0;
        lastSequence = 0;
    }

    void trim() {
        entries.clear();
    }
}
