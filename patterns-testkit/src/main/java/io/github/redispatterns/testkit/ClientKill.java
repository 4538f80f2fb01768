package io.github.redispatterns.testkit;

import io.lettuce.core.KillArgs;

/** Closes client connections from the server's side. */
final class ClientKill {

    private ClientKill() {}

    /** Not our own one, and not the replicas' links. */
    static long all(RedisNode node) {
        return node.call(
                commands -> commands.clientKill(KillArgs.Builder.typeNormal().skipme())
                        + commands.clientKill(KillArgs.Builder.typePubsub().skipme()));
    }
}
