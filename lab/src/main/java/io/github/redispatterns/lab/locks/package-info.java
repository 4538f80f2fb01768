/** The experiments of the module {@code locks}: seats that two customers want, in Redis and in a real table. */
@NullMarked
package io.github.redispatterns.lab.locks;

import org.jspecify.annotations.NullMarked;
