package io.github.redispatterns.testkit;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A JVM that starts a deployment, says which processes are its own, and waits to be killed; or for its parent's end.
 */
final class ChildJvm {

    private ChildJvm() {}

    public static void main(String[] args) throws IOException {
        RedisDeployment redis = RedisDeployment.builder(Topology.valueOf(args[0]))
                .provider(Provider.EMBEDDED)
                .start();
        redis.nodes()
                .forEach(node -> System.out.println("directory "
                        + node.<String>call(commands ->
                                String.valueOf(commands.configGet("dir").get("dir")))));
        ProcessHandle.current().descendants().forEach(process -> System.out.println("process " + process.pid()));
        System.out.println("ready");
        System.in.transferTo(OutputStream.nullOutputStream());
    }
}
