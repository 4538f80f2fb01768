package io.github.redispatterns.testkit;

import io.lettuce.core.RedisURI;
import java.util.ArrayList;
import java.util.List;

/** Starts the servers of one deployment on its host, with settings that make faults and their repair fast. */
record Servers(ServerHost host, Admin admin, List<String> userConfig, Runnable onFault) {

    private static final List<String> FAST = List.of(
            "save \"\"",
            "appendonly no",
            "repl-diskless-sync no",
            "repl-ping-replica-period 1",
            "enable-debug-command yes",
            "replica-announce-ip 127.0.0.1");

    /** The index is that of the host's port. */
    RedisNode data(int index, List<String> shapeConfig) {
        List<String> config = new ArrayList<>(FAST);
        config.addAll(shapeConfig);
        config.addAll(userConfig);
        return start(index, ServerMode.DATA, config);
    }

    RedisNode sentinel(int index, List<String> config) {
        return start(index, ServerMode.SENTINEL, config);
    }

    int port(int index) {
        return host.ports().get(index);
    }

    private RedisNode start(int index, ServerMode mode, List<String> config) {
        Server server = new Server.Managed(host, port(index), mode, config, onFault);
        String uri = "redis://" + host.address() + ":" + port(index);
        return new RedisNode(uri, RedisURI.create(uri), admin, server);
    }
}
