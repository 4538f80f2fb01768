/** Shows reports: as text for people, as JSON for programs. */
@NullMarked
package io.github.redispatterns.lab.show;

import org.jspecify.annotations.NullMarked;
