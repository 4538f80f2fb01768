/** The experiments of the module {@code ratelimit}: users who ask for more than their share, and gateways that let them. */
@NullMarked
package io.github.redispatterns.lab.ratelimit;

import org.jspecify.annotations.NullMarked;
