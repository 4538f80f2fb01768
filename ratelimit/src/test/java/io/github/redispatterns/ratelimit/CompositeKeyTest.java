package io.github.redispatterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.Test;

/** The keys of a call as the key of a table. */
class CompositeKeyTest {

    @Test
    void theOrderIsThatOfEqualsAndOfTheKeysInTurn() {
        List<CompositeKey> all = List.of(key("a"), key("b"), key("a", "b"), key("a", "c"), key("b", "a"));
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < all.size(); j++) {
                assertThat(Integer.signum(all.get(i).compareTo(all.get(j)))).isEqualTo(Integer.compare(i, j));
                assertThat(all.get(i).equals(all.get(j))).isEqualTo(i == j);
            }
        }
        assertThat(key("a", "b").first()).isEqualTo("a");
    }

    /** Each of 65,536 ids of one hash code; looking through all of them for each would take minutes. */
    @Test
    void idsThatWereChosenToCollideAreFound() {
        List<String> ids = List.of("");
        for (int i = 0; i < 16; i++) {
            List<String> longer = new ArrayList<>();
            ids.forEach(id -> longer.addAll(List.of(id + "Aa", id + "BB")));
            ids = longer;
        }
        ConcurrentMap<CompositeKey, String> table = new ConcurrentHashMap<>();
        ids.forEach(id -> table.put(key(id, "all"), id));
        assertThat(ids.stream().map(id -> key(id, "all").hashCode()).distinct()).hasSize(1);
        assertThat(ids).allSatisfy(id -> assertThat(table).containsEntry(key(id, "all"), id));
    }

    private static CompositeKey key(String... each) {
        return new CompositeKey(List.of(each));
    }
}
