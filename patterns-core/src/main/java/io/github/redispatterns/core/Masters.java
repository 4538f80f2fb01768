package io.github.redispatterns.core;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The masters of a Cluster, for what a recipe keeps apart by server, such as whether it answers.
 *
 * <p><b>Guarantees</b>: a master is told by its node id, which it keeps over restarts and changes of address; the replica
 * that takes its place has another one.
 *
 * <p><b>Does not guarantee</b>: to be up to date. A slot that has moved is known to have moved some time later.
 *
 * <p><b>Cost</b>: no I/O; the hash of a key.
 *
 * <p><b>Thread safety</b>: safe for concurrent use.
 */
public interface Masters {

    /**
     * The master that owns the slot of a key.
     *
     * @param key the key, from a {@link KeySpace}
     * @return its node id, or null if none is known
     */
    @Nullable String of(String key);

    /**
     * All that own slots.
     *
     * @return their node ids
     */
    Set<String> all();
}
