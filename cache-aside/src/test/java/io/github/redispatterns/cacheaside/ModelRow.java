package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** One row of the source of truth, with all that it has ever been; a version is a place among them. */
final class ModelRow {

    private final List<String> versions = new ArrayList<>();
    private int texts;
    private int returned;

    ModelRow() {
        commit(newText());
    }

    /** Unlike every other of this row. */
    synchronized String newText() {
        return "text " + texts++;
    }

    /** A null is the row's deletion. */
    synchronized int commit(String text) {
        versions.add(text);
        return versions.size() - 1;
    }

    synchronized String newest() {
        return versions.get(versions.size() - 1);
    }

    /** The newest version whose write has returned to its caller. */
    synchronized int returned() {
        return returned;
    }

    synchronized void hasReturned(int version) {
        returned = Math.max(returned, version);
    }

    /** What a read that began when {@code oldest} had returned was answered must have been true since. */
    synchronized void check(String text, int oldest, String as) {
        assertThat(versions.subList(oldest, versions.size())).as(as).contains(text);
    }
}
