/**
 * The program behind {@code ./recipes bench}: each recipe beside the bare commands and beside its peers.
 * {@link io.github.redispatterns.benchmarks.catalog.Catalog} lists the benches; each module has a package of its own here.
 * Running ({@code run}, {@code worker}, {@code drive}) knows of none of them, and nothing of showing ({@code show}).
 */
@NullMarked
package io.github.redispatterns.benchmarks;

import org.jspecify.annotations.NullMarked;
