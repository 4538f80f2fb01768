package io.github.redispatterns.locks;

import io.github.redispatterns.core.PatternsException;

/** The row to be guarded is not there, so there is nothing to compare the fencing token with. */
public final class MissingRowException extends PatternsException {

    private static final long serialVersionUID = 1L;

    MissingRowException() {
        super("The table has no row with this id");
    }
}
