package io.github.redispatterns.lab.run;

import org.jspecify.annotations.Nullable;

/**
 * A measured number against its bound.
 *
 * @param claim what was measured, with its unit
 * @param naive the number of the naive answer, or null where it has none
 * @param recipe the number of the recipe
 * @param bound what the recipe's number must be
 */
public record Claim(String claim, @Nullable Number naive, Number recipe, Bound bound) {

    /**
     * Whether the recipe is within the bound.
     *
     * @return false if it is not
     */
    public boolean holds() {
        return bound.allows(recipe);
    }
}
