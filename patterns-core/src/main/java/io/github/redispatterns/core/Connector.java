package io.github.redispatterns.core;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens and ends clients, and says in one sentence why a connection could not be opened. */
final class Connector {

    private static final String FORMS =
            "redis://host:port, rediss://host:port or redis-sentinel://host:port,host:port#master";

    private static final Pattern IPV6 = Pattern.compile("\\[?[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%.*)?]?");

    private static final String CLOSED_EARLY = "Connection closed prematurely";

    /** One alone hides the reason now and then; so many never all do. */
    private static final int ATTEMPTS = 20;

    private Connector() {}

    static Driver singleMaster(String uri, RedisOptions options) {
        RedisURI parsed = parse("uri", uri);
        RedisClient client = RedisClient.create(resources(options));
        client.setOptions(SafeDefaults.singleMaster(options));
        return new SingleMasterDriver(client, withTimeout(parsed, options), Driver.Ownership.OWNED);
    }

    static Driver cluster(List<String> uris, RedisOptions options) {
        if (uris.isEmpty()) {
            throw new IllegalArgumentException("uris: must not be empty");
        }
        List<RedisURI> seeds = uris.stream()
                .map(uri -> withTimeout(parse("uris", uri), options))
                .toList();
        if (seeds.stream().anyMatch(seed -> !seed.getSentinels().isEmpty())) {
            throw new IllegalArgumentException("uris: a Cluster has no Sentinels; expected redis:// or rediss://");
        }
        ClientResources resources = resources(options);
        RedisClusterClient client;
        try {
            client = RedisClusterClient.create(resources, seeds);
        } catch (IllegalArgumentException e) { // some with TLS and some without
            OwnResources.shutdown(resources);
            throw e;
        }
        return ClusterDriver.owned(client, SafeDefaults.cluster(options), options.connectTimeout(), seeds);
    }

    static StatefulConnection<byte[], byte[]> open(Driver driver, RedisOptions options) {
        StatefulConnection<byte[], byte[]> connection = Sync.await(
                within(() -> driver.connect(ByteArrayCodec.INSTANCE), driver.address(), options.connectTimeout()));
        SafeDefaults.warnIfUnsafe(driver, connection.getOptions());
        return connection;
    }

    /** Bounds the time to connect, and says in one sentence why it failed. */
    static <C extends StatefulConnection<?, ?>> CompletableFuture<C> within(
            Supplier<? extends CompletableFuture<? extends C>> connect, String address, Duration connectTimeout) {
        CompletableFuture<C> connecting = attempt(connect, ATTEMPTS);
        CompletableFuture<C> bounded = connecting.thenApply(connection -> connection);
        // Async: whoever blocks in a continuation must not hold up the timeouts of the JVM.
        return bounded.orTimeout(connectTimeout.toNanos(), TimeUnit.NANOSECONDS).exceptionallyComposeAsync(failure -> {
            Throwable cause = Sync.unwrap(failure);
            if (cause instanceof TimeoutException) {
                abandon(connecting);
                return CompletableFuture.failedFuture(failed(address, noAnswer(connectTimeout)));
            }
            return CompletableFuture.failedFuture(failed(address, reason(cause, connectTimeout)));
        });
    }

    /**
     * When the server refuses the handshake, say for a wrong password, Lettuce closes the channel, and what comes of that
     * may overtake the reason. Another attempt then tells it.
     */
    private static <C extends StatefulConnection<?, ?>> CompletableFuture<C> attempt(
            Supplier<? extends CompletableFuture<? extends C>> connect, int attempts) {
        return connect.get().<C>thenApply(connection -> connection).exceptionallyComposeAsync(failure -> {
            boolean unexplained = attempts > 1 && knownReason(failure, Duration.ZERO) == null;
            return unexplained ? attempt(connect, attempts - 1) : CompletableFuture.failedFuture(failure);
        });
    }

    /** Closes a connection that comes up after nobody waits for it any more. */
    private static void abandon(CompletableFuture<? extends StatefulConnection<?, ?>> connecting) {
        connecting.thenAccept(StatefulConnection::closeAsync);
    }

    static String address(RedisURI uri) {
        if (uri.getSentinels().isEmpty()) {
            return (uri.isSsl() ? "rediss://" : "redis://") + uri.getHost() + ':' + uri.getPort();
        }
        return uri.getSentinels().stream()
                .map(sentinel -> sentinel.getHost() + ':' + sentinel.getPort())
                .collect(Collectors.joining(",", "redis-sentinel://", "#" + uri.getSentinelMasterId()));
    }

    static ClientResources resources(RedisOptions options) {
        ClientResources shared = options.clientResources();
        if (options.flushMode() == FlushMode.EACH_COMMAND) {
            return shared == null ? new OwnResources(DefaultClientResources.DEFAULT_NETTY_CUSTOMIZER) : shared;
        }
        return shared == null
                ? new OwnResources(new FlushConsolidation())
                : new SharedResources(shared, new FlushConsolidation(shared.nettyCustomizer()));
    }

    private static RedisURI parse(String name, @Nullable String uri) {
        String text = Check.text(name, uri);
        try {
            RedisURI parsed = RedisURI.create(text);
            String host = parsed.getHost();
            if (parsed.getSocket() != null) {
                throw new IllegalArgumentException("a Unix socket");
            }
            if (host == null || host.indexOf(':') < 0 || IPV6.matcher(host).matches()) {
                return parsed;
            }
        } catch (IllegalArgumentException | NullPointerException e) {
            // Not chained: it quotes the URI, password and all.
            throw new IllegalArgumentException(name + ": not a Redis URI; expected " + FORMS);
        }
        throw new IllegalArgumentException(name + ": the port is not a number; expected " + FORMS);
    }

    private static RedisURI withTimeout(RedisURI uri, RedisOptions options) {
        uri.setTimeout(options.connectTimeout());
        uri.getSentinels().forEach(sentinel -> sentinel.setTimeout(options.connectTimeout()));
        return uri;
    }

    private static ConnectionFailedException failed(String address, String reason) {
        return new ConnectionFailedException("Cannot connect to " + address + ": " + reason, null);
    }

    private static String noAnswer(Duration connectTimeout) {
        return "no answer within " + connectTimeout.toMillis() + " ms";
    }

    /** The server's own words are safe to show; anything else is told by kind, since it might quote the URI. */
    private static String reason(Throwable failure, Duration connectTimeout) {
        String known = knownReason(failure, connectTimeout);
        if (known != null) {
            return known;
        }
        boolean closed = flatten(failure).anyMatch(cause -> CLOSED_EARLY.equals(cause.getMessage()));
        return closed ? "the server closed the connection" : failure.getClass().getSimpleName();
    }

    private static @Nullable String knownReason(Throwable failure, Duration connectTimeout) {
        for (Throwable cause : flatten(failure).toList()) {
            if (cause instanceof RedisCommandExecutionException) {
                return String.valueOf(cause.getMessage());
            }
            if (cause instanceof SSLException) {
                return "TLS failed: " + cause.getMessage();
            }
            if (cause instanceof RedisCommandTimeoutException) {
                return noAnswer(connectTimeout);
            }
            if (cause instanceof ConnectException) {
                return String.valueOf(cause.getMessage()).contains("timed out")
                        ? noAnswer(connectTimeout)
                        : "connection refused";
            }
            if (cause instanceof UnknownHostException) {
                return "unknown host";
            }
        }
        return null;
    }

    /** A failure, its causes, and what Lettuce hangs on them: one failure for each node that it tried. */
    private static Stream<Throwable> flatten(Throwable failure) {
        Stream<Throwable> inner = Arrays.stream(failure.getSuppressed()).flatMap(Connector::flatten);
        Throwable cause = failure.getCause();
        return Stream.concat(Stream.of(failure), cause == null ? inner : Stream.concat(flatten(cause), inner));
    }
}
