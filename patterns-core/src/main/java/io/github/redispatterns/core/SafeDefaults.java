package io.github.redispatterns.core;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.EpollProvider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The client options of an owned handle, and what a borrowed client lacks of them. */
final class SafeDefaults {

    private static final Logger LOG = System.getLogger(Redis.class.getName());

    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(15);
    private static final Duration ADAPTIVE_REFRESH_PAUSE = Duration.ofSeconds(1);
    private static final Duration DEAD_PEER = Duration.ofSeconds(10);

    /** These wait for as long as their own arguments say. */
    private static final Set<ProtocolKeyword> BLOCKING = Set.of(
            CommandType.BLPOP,
            CommandType.BRPOP,
            CommandType.BLMOVE,
            CommandType.BLMPOP,
            CommandType.BRPOPLPUSH,
            CommandType.BZPOPMIN,
            CommandType.BZPOPMAX,
            CommandType.BZMPOP,
            CommandType.WAIT);

    /** These do only if they say so. */
    private static final Set<ProtocolKeyword> PERHAPS_BLOCKING = Set.of(CommandType.XREAD, CommandType.XREADGROUP);

    /** Commands in flight per connection; those above are refused and tried again, so that memory is bounded. */
    private static final int MAX_IN_FLIGHT = 1 << 16;

    private SafeDefaults() {}

    static ClientOptions singleMaster(RedisOptions options) {
        return apply(ClientOptions.builder(), options).build();
    }

    static ClusterClientOptions cluster(RedisOptions options) {
        return ClusterClientOptions.builder(singleMaster(options))
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                        .adaptiveRefreshTriggersTimeout(ADAPTIVE_REFRESH_PAUSE)
                        .build())
                .build();
    }

    private static ClientOptions.Builder apply(ClientOptions.Builder builder, RedisOptions options) {
        SocketOptions.Builder socket = SocketOptions.builder()
                .connectTimeout(options.connectTimeout())
                .keepAlive(KeepAliveOptions.builder()
                        .enable()
                        .idle(DEAD_PEER)
                        .interval(DEAD_PEER.dividedBy(5))
                        .count(5)
                        .build());
        if (EpollProvider.isAvailable()) { // Lettuce refuses the option on other transports
            socket.tcpUserTimeout(TcpUserTimeoutOptions.builder()
                    .enable()
                    .tcpUserTimeout(DEAD_PEER)
                    .build());
        }
        // By default Lettuce sends in-flight writes again after a reconnect: one lost reply runs INCR twice.
        builder.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_IN_FLIGHT)
                .timeoutOptions(TimeoutOptions.builder()
                        .timeoutSource(new CommandTimeout(options.commandTimeout()))
                        .build())
                .socketOptions(socket.build());
        if (options.sslOptions() != null) {
            builder.sslOptions(options.sslOptions());
        }
        return builder;
    }

    static void warnIfUnsafe(Driver driver, ClientOptions options) {
        if (driver.ownership() == Driver.Ownership.BORROWED
                && options.getDisconnectedBehavior() != DisconnectedBehavior.REJECT_COMMANDS) {
            LOG.log(
                    Level.WARNING,
                    "The borrowed Lettuce client sends in-flight writes again after a reconnect, so a call may run"
                            + " twice. Set ClientOptions.disconnectedBehavior(REJECT_COMMANDS) on it.");
        }
    }

    private static final class CommandTimeout extends TimeoutOptions.TimeoutSource {

        private final long nanos;

        CommandTimeout(Duration timeout) {
            this.nanos = timeout.toNanos();
        }

        @Override
        public long getTimeout(RedisCommand<?, ?, ?> command) {
            return WatchedCommand.is(command) || blocks(command) ? 0 : nanos;
        }

        private static boolean blocks(RedisCommand<?, ?, ?> command) {
            return BLOCKING.contains(command.getType())
                    || (PERHAPS_BLOCKING.contains(command.getType())
                            && command.getArgs().toCommandString().contains("BLOCK "));
        }

        @Override
        public TimeUnit getTimeUnit() {
            return TimeUnit.NANOSECONDS;
        }
    }
}
