package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.subject.Place;
import io.lettuce.core.resource.EpollProvider;
import java.util.List;
import java.util.function.Consumer;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.codec.Codec;
import org.redisson.client.codec.StringCodec;
import org.redisson.codec.CompositeCodec;
import org.redisson.config.Config;
import org.redisson.config.TransportMode;

/**
 * How Redisson is set up.
 *
 * <p>Found best: one connection with consolidated flushes, and values as bytes. With fewer than 10 connections Redisson
 * sends the next command before the last reply is there; with its default of 64 each connection waits for its reply. The
 * rows of the results show by how much.
 *
 * <p>Tried and left out: two connections with consolidated flushes (behind one), pools of 8 and 16 and two Netty threads
 * (ahead of the default, behind one connection), the codec alone (changes nothing for values of bytes). The native
 * transport leaves the order as it is. Scripts are cached by default. A command that blocks would hold up all others on
 * one connection; none here does.
 *
 * @param configuration what rows call it
 * @param change what is changed from its defaults
 */
record RedissonSetup(String configuration, Consumer<Config> change) {

    /** As it comes: up to 64 connections with one command under way on each, and Kryo for values. */
    static final RedissonSetup DEFAULT = new RedissonSetup("default", config -> {});

    /** With 4 connections. */
    private static final RedissonSetup POOL_OF_4 = new RedissonSetup("pool of 4", config -> pool(config, 4));

    /** With one connection, whose flushes are consolidated. */
    static final RedissonSetup BEST = new RedissonSetup(
            "pool of 1, consolidated flush", config -> pool(config, 1).setNettyHook(new ConsolidatingHook()));

    /** The first and the best. */
    static final List<RedissonSetup> ENDS = List.of(DEFAULT, BEST);

    /** Every setup. */
    static final List<RedissonSetup> ALL = List.of(DEFAULT, POOL_OF_4, BEST);

    /** Connects. */
    RedissonClient open(Place place) {
        Config config = new Config();
        config.useSingleServer().setAddress(place.uri());
        change.accept(config);
        return Redisson.create(config);
    }

    private static Config pool(Config config, int connections) {
        config.useSingleServer().setConnectionMinimumIdleSize(connections).setConnectionPoolSize(connections);
        return config.setCodec(plain()).setTransportMode(transport());
    }

    /** Keys of maps as text, values as the bytes that they are. */
    private static Codec plain() {
        return new CompositeCodec(StringCodec.INSTANCE, ByteArrayCodec.INSTANCE, ByteArrayCodec.INSTANCE);
    }

    /** Lettuce takes the native transport by itself where it is present; Redisson is told to. */
    private static TransportMode transport() {
        return EpollProvider.isAvailable() ? TransportMode.EPOLL : TransportMode.NIO;
    }
}
