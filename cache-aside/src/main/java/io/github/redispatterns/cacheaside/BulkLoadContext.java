package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Check;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a bulk loader may say about each of its answers, also about those that it leaves out; as a {@link LoadContext} for
 * one.
 *
 * <p><b>Thread safety</b>: none; for the loader that it was given to, until that returns or its stage completes.
 */
public final class BulkLoadContext {

    private final Map<String, LoadContext> contexts;

    BulkLoadContext(Map<String, LoadContext> contexts) {
        this.contexts = contexts;
    }

    /** For a load that stores nothing, whatever is said. */
    static BulkLoadContext unheard(Set<String> keys) {
        return new BulkLoadContext(
                keys.stream().collect(Collectors.toMap(Function.identity(), key -> new LoadContext())));
    }

    /**
     * What there is to say about the answer to one key.
     *
     * @param key one of those that are asked for
     * @return takes it
     * @throws IllegalArgumentException if the key is not asked for
     */
    public LoadContext of(String key) {
        LoadContext context = contexts.get(Check.notNull("key", key));
        if (context == null) {
            throw new IllegalArgumentException("key must be one of those that are asked for");
        }
        return context;
    }
}
