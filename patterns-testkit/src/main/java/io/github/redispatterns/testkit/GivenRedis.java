package io.github.redispatterns.testkit;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A Redis that runs already: finds out what it is, and never touches its processes. */
final class GivenRedis {

    private GivenRedis() {}

    static RedisDeployment open(Topology wanted, Settings settings) {
        RedisDeployment found = open(GivenUri.of(settings));
        if (found.topology() != wanted) {
            found.close();
            throw new TestkitException(
                    "REDIS_URI leads to a " + found.topology() + " deployment, and " + wanted + " was asked for");
        }
        return found;
    }

    static RedisDeployment open(GivenUri given) {
        Admin admin = new Admin();
        try {
            Shape shape = discover(given, admin);
            String version = Starter.version(shape.masters().get(0));
            return new RedisDeployment(
                    shape, given.origin(), version, new RedisDeployment.Backing(Optional.empty(), admin, new Faults()));
        } catch (RuntimeException | Error e) {
            admin.close();
            throw e;
        }
    }

    static Topology topology(Settings settings) {
        try (Admin admin = new Admin()) {
            return discover(GivenUri.of(settings), admin).topology();
        }
    }

    private static Shape discover(GivenUri given, Admin admin) {
        try {
            RedisURI uri = given.parsed();
            if (!uri.getSentinels().isEmpty()) {
                return sentinel(given, admin);
            }
            RedisNode first = node(given, uri.getHost(), uri.getPort(), admin);
            boolean cluster = first.call(commands -> commands.info("cluster")).contains("cluster_enabled:1");
            return cluster ? cluster(given, first, admin) : new StandaloneShape(first);
        } catch (RedisException e) {
            throw new TestkitException(
                    "The Redis at " + given.address() + " (" + given.origin() + ") does not answer: " + reason(e), e);
        }
    }

    private static Shape cluster(GivenUri given, RedisNode first, Admin admin) {
        return ClusterShape.of(ClusterView.seenBy(first).addresses(first).stream()
                .map(each -> node(given, each.getHost(), each.getPort(), admin))
                .toList());
    }

    private static Shape sentinel(GivenUri given, Admin admin) {
        String name = given.parsed().getSentinelMasterId();
        List<RedisNode> sentinels = given.parsed().getSentinels().stream()
                .map(each -> new RedisNode(
                        "redis://" + each.getHost() + ":" + each.getPort(),
                        each,
                        admin,
                        new Server.Given(each.getHost(), each.getPort())))
                .toList();
        RedisNode sentinel = sentinels.get(0);
        List<RedisNode> nodes = new ArrayList<>();
        List<Object> master =
                sentinel.call(commands -> Admin.list(commands, CommandType.SENTINEL, "GET-MASTER-ADDR-BY-NAME", name));
        if (master == null || master.size() < 2) {
            throw new TestkitException("The sentinel at " + sentinel + " knows no master \"" + name + "\"");
        }
        nodes.add(node(given, String.valueOf(master.get(0)), Integer.parseInt(String.valueOf(master.get(1))), admin));
        sentinel.call(commands -> Admin.list(commands, CommandType.SENTINEL, "REPLICAS", name)).stream()
                .map(entry -> SentinelView.fields(entry))
                .map(fields ->
                        node(given, String.valueOf(fields.get("ip")), Integer.parseInt(fields.get("port")), admin))
                .forEach(nodes::add);
        return new SentinelShape(nodes, sentinels, name, given.text());
    }

    /** With the scheme, the credentials and the database of the given URI. */
    private static RedisNode node(GivenUri given, String host, int port, Admin admin) {
        RedisURI parsed = given.parsed();
        String database = parsed.getDatabase() == 0 ? "" : "/" + parsed.getDatabase();
        String name = host.contains(":") ? "[" + host + "]" : host;
        String text = (parsed.isSsl() ? "rediss://" : "redis://") + given.userInfo() + name + ":" + port + database;
        RedisURI uri = RedisURI.create(text);
        uri.setVerifyPeer(parsed.getVerifyMode());
        return new RedisNode(text, uri, admin, new Server.Given(host, port));
    }

    private static String reason(Throwable error) {
        Throwable deepest = error;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return String.valueOf(deepest.getMessage());
    }
}
