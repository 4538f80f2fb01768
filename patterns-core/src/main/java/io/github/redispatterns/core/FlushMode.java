package io.github.redispatterns.core;

/** How a handle that makes its own client flushes commands to the socket. */
public enum FlushMode {
    /** What has piled up goes out with one system call, a lone command at once: {@link FlushConsolidation}. */
    CONSOLIDATED,
    /** Each command costs a system call of its own, as with plain Lettuce. */
    EACH_COMMAND
}
