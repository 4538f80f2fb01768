package io.github.redispatterns.ratelimit;

import java.util.List;

/**
 * The keys of a call's subjects, or of some of them. Comparable, so that a hash map stays fast if a caller has chosen ids
 * of one hash code.
 */
record CompositeKey(List<String> keys) implements Comparable<CompositeKey> {

    CompositeKey {
        keys = List.copyOf(keys);
    }

    /** All of them are at one server, so any tells which. */
    String first() {
        return keys.get(0);
    }

    @Override
    public int compareTo(CompositeKey other) {
        int order = Integer.compare(keys.size(), other.keys.size());
        for (int i = 0; i < keys.size() && order == 0; i++) {
            order = keys.get(i).compareTo(other.keys.get(i));
        }
        return order;
    }
}
