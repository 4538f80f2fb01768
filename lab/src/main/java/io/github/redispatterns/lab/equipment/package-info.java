/** What an experiment needs besides Redis: processes and a database of its own. It knows of no experiment. */
@NullMarked
package io.github.redispatterns.lab.equipment;

import org.jspecify.annotations.NullMarked;
