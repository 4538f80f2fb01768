package io.github.redispatterns.testkit;

import java.util.List;

/** One server. */
record StandaloneShape(RedisNode node) implements Shape {

    static final int PORTS = 1;

    static StandaloneShape start(Servers servers) {
        return new StandaloneShape(servers.data(0, List.of()));
    }

    @Override
    public Topology topology() {
        return Topology.STANDALONE;
    }

    @Override
    public String uri() {
        return node.uri();
    }

    @Override
    public List<String> uris() {
        return List.of(uri());
    }

    @Override
    public List<RedisNode> nodes() {
        return List.of(node);
    }

    @Override
    public List<RedisNode> sentinels() {
        return List.of();
    }

    @Override
    public List<RedisNode> masters() {
        return nodes();
    }

    @Override
    public RedisNode masterOf(String key) {
        return node;
    }

    @Override
    public void failover() {
        throw new UnsupportedOperationException("STANDALONE has no replica that could take over");
    }

    @Override
    public void awaitWhole() {
        Waiting.until(
                node + " answers", () -> node.call(commands -> commands.ping()).equals("PONG"));
    }
}
