package io.github.redispatterns.testkit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Short-lived connections for the testkit's own commands, apart from the client that is being tested. */
final class Admin implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(10);

    private final RedisClient client = RedisClient.create();

    Admin() {
        client.setOptions(ClientOptions.builder()
                .protocolVersion(ProtocolVersion.RESP2)
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
                .timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT))
                .build());
    }

    <T extends @Nullable Object> T connected(RedisURI uri, Function<StatefulRedisConnection<String, String>, T> work) {
        try (StatefulRedisConnection<String, String> connection = client.connect(uri)) {
            return work.apply(connection);
        }
    }

    /** For the subcommands that Lettuce has no method for, where the reply is one line. */
    static String status(RedisCommands<String, String> commands, CommandType type, Object... words) {
        return commands.dispatch(type, new StatusOutput<>(StringCodec.UTF8), args(words));
    }

    static List<Object> list(RedisCommands<String, String> commands, CommandType type, Object... words) {
        return commands.dispatch(type, new ArrayOutput<>(StringCodec.UTF8), args(words));
    }

    private static CommandArgs<String, String> args(Object... words) {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        for (Object word : words) {
            args.add(word.toString());
        }
        return args;
    }

    @Override
    public void close() {
        client.shutdown(0, 2, TimeUnit.SECONDS);
    }
}
