package io.github.redispatterns.testkit;

/** What can be sent to a server process, named as {@code kill} names it. */
enum Signal {
    KILL,
    STOP,
    CONT
}
