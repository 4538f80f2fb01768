/**
 * The runnable front door: {@code ./recipes} runs experiments on a real Redis, in which a naive answer is seen to fail
 * and the recipe to hold. {@link io.github.redispatterns.lab.Catalog} lists them; each module has a package of its own
 * here, and {@code run} and {@code show} know of none of them.
 */
@NullMarked
package io.github.redispatterns.lab;

import org.jspecify.annotations.NullMarked;
