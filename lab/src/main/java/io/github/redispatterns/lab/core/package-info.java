/** The experiments of the module {@code core}. */
@NullMarked
package io.github.redispatterns.lab.core;

import org.jspecify.annotations.NullMarked;
