package io.github.redispatterns.ratelimit;

import java.util.List;

/**
 * The keys of a call's subjects, or of some of them. In order, so that a hash table finds its way among those that somebody
 * has chosen to have one hash code.
 */
record CompositeKey(List<String> each) implements Comparable<CompositeKey> {

    CompositeKey {
        each = List.copyOf(each);
    }

    /** All of them are at one server, so any tells which. */
    String first() {
        return each.get(0);
    }

    @Override
    public int compareTo(CompositeKey other) {
        int sizes = Integer.compare(each.size(), other.each.size());
        for (int i = 0; i < each.size() && sizes == 0; i++) {
            sizes = each.get(i).compareTo(other.each.get(i));
        }
        return sizes;
    }
}
