/** The experiments of the module {@code cache-aside}: a product catalogue in a real database, behind a cache. */
@NullMarked
package io.github.redispatterns.lab.cacheaside;

import org.jspecify.annotations.NullMarked;
