package io.github.redispatterns.core;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A seam for tests: rewrites each script before it is loaded, and appends one argument to each call of it. The testkit's
 * frozen time uses both; the shipped scripts stay as they are.
 *
 * @param rewrite gives the source to run in place of the shipped one; must always answer the same for the same source
 * @param trailingArgument gives the text that is appended to ARGV, asked once per call
 */
public record ScriptHook(UnaryOperator<String> rewrite, Supplier<String> trailingArgument) {

    /**
     * Checks that nothing is null.
     *
     * @param rewrite as above
     * @param trailingArgument as above
     */
    public ScriptHook {
        Check.notNull("rewrite", rewrite);
        Check.notNull("trailingArgument", trailingArgument);
    }
}
