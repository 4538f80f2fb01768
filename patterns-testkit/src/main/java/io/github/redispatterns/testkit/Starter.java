package io.github.redispatterns.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Brings a deployment up and announces it. */
final class Starter {

    /** A port can be taken between the look for it and its use. */
    private static final int ATTEMPTS = 3;

    private Starter() {}

    static RedisDeployment start(Topology topology, Settings settings, List<String> config) {
        long begin = System.nanoTime();
        Provider provider = ServerHosts.choose(settings);
        RedisDeployment deployment = provider == Provider.URI
                ? GivenRedis.open(topology, settings)
                : own(topology, provider, settings, config);
        return announced(deployment, "started", begin);
    }

    static RedisDeployment at(String uri) {
        long begin = System.nanoTime();
        return announced(GivenRedis.open(GivenUri.of(uri)), "found", begin);
    }

    private static RedisDeployment announced(RedisDeployment deployment, String verb, long begin) {
        Announcer.say(deployment.topology() + " on " + deployment.provider() + ", " + deployment.version() + ", " + verb
                + " in " + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
        return deployment;
    }

    private static RedisDeployment own(Topology topology, Provider provider, Settings settings, List<String> config) {
        TestkitException last = new TestkitException(topology + " did not start in " + ATTEMPTS + " attempts");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ServerHost host = ServerHosts.open(provider, settings, ports(topology));
            Admin admin = new Admin();
            Faults faults = new Faults();
            RedisDeployment.Backing backing = new RedisDeployment.Backing(Optional.of(host), admin, faults);
            try {
                Shape shape = form(topology, new Servers(host, admin, config, faults::note));
                shape.awaitWhole();
                return new RedisDeployment(
                        shape, host.description(), version(shape.nodes().get(0)), backing);
            } catch (TestkitException e) {
                backing.close();
                last.addSuppressed(e);
                if (!String.valueOf(e.getMessage()).contains("in use")) {
                    throw e;
                }
            } catch (RuntimeException | Error e) {
                backing.close();
                throw e;
            }
        }
        throw last;
    }

    private static int ports(Topology topology) {
        return switch (topology) {
            case STANDALONE -> StandaloneShape.PORTS;
            case SENTINEL -> SentinelShape.PORTS;
            case CLUSTER -> ClusterShape.PORTS;
        };
    }

    private static Shape form(Topology topology, Servers servers) {
        return switch (topology) {
            case STANDALONE -> StandaloneShape.start(servers);
            case SENTINEL -> SentinelShape.start(servers);
            case CLUSTER -> ClusterShape.start(servers);
        };
    }

    static String version(RedisNode node) {
        Map<String, String> server = SentinelView.info(node.call(commands -> commands.info("server")));
        String valkey = server.get("valkey_version");
        return valkey == null ? "Redis " + server.get("redis_version") : "Valkey " + valkey;
    }
}
