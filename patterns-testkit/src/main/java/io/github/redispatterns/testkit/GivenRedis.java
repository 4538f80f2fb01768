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
        Admin admin = new Admin();
        try {
            Shape shape = discover(uri(settings), admin);
            if (shape.topology() != wanted) {
                throw new TestkitException(
                        "REDIS_URI leads to a " + shape.topology() + " deployment, and " + wanted + " was asked for");
            }
            String version = Starter.version(shape.masters().get(0));
            return new RedisDeployment(
                    shape, "REDIS_URI", version, new RedisDeployment.Backing(Optional.empty(), admin, new Faults()));
        } catch (RuntimeException | Error e) {
            admin.close();
            throw e;
        }
    }

    static Topology topology(Settings settings) {
        try (Admin admin = new Admin()) {
            return discover(uri(settings), admin).topology();
        }
    }

    private static Given uri(Settings settings) {
        if (settings.uri() == null) {
            throw new TestkitException("REDIS_PROVIDER is uri, but REDIS_URI is not set");
        }
        try {
            return new Given(settings.uri(), RedisURI.create(settings.uri()));
        } catch (IllegalArgumentException e) {
            // Without the cause: its message may hold the password.
            throw new TestkitException(
                    "REDIS_URI is no Redis URI; it looks like redis://host:6379 or redis-sentinel://host:26379#name");
        }
    }

    private static Shape discover(Given given, Admin admin) {
        try {
            RedisURI uri = given.parsed();
            if (!uri.getSentinels().isEmpty()) {
                return sentinel(given, admin);
            }
            RedisNode first = node(given, uri.getHost(), uri.getPort(), admin);
            boolean cluster = first.call(commands -> commands.info("cluster")).contains("cluster_enabled:1");
            return cluster ? cluster(given, first, admin) : new StandaloneShape(first);
        } catch (RedisException e) {
            throw new TestkitException("The Redis that REDIS_URI names does not answer: " + reason(e), e);
        }
    }

    private static Shape cluster(Given given, RedisNode first, Admin admin) {
        return ClusterShape.of(ClusterView.seenBy(first).addresses().stream()
                .map(each -> node(given, each.getHost(), each.getPort(), admin))
                .toList());
    }

    private static Shape sentinel(Given given, Admin admin) {
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
        nodes.add(node(given, String.valueOf(master.get(0)), Integer.parseInt(String.valueOf(master.get(1))), admin));
        sentinel.call(commands -> Admin.list(commands, CommandType.SENTINEL, "REPLICAS", name)).stream()
                .map(entry -> SentinelView.fields(entry))
                .map(fields ->
                        node(given, String.valueOf(fields.get("ip")), Integer.parseInt(fields.get("port")), admin))
                .forEach(nodes::add);
        return new SentinelShape(nodes, sentinels, name, given.text());
    }

    /** With the scheme, the credentials and the database of the given URI. */
    private static RedisNode node(Given given, String host, int port, Admin admin) {
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

    /** Lettuce masks the credentials when it writes a URI, so its text is kept too. */
    private record Given(String text, RedisURI parsed) {

        /** Empty, or with an {@code @} at the end. */
        String userInfo() {
            String authority = text.substring(text.indexOf("://") + 3).split("[/?#]", 2)[0];
            return authority.substring(0, authority.lastIndexOf('@') + 1);
        }
    }
}
