package io.github.redispatterns.core;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One atomic step on the server: a Lua file, run by its digest and sent whole only to a server that does not know it.
 *
 * <p><b>Guarantees</b>: survives {@code SCRIPT FLUSH}, a failover and new Cluster nodes at any point, also inside a
 * pipeline, since {@code NOSCRIPT} is answered with one {@code EVAL}. Replies that refuse the script for the time being
 * ({@code TRYAGAIN} while a slot moves, {@code LOADING}, {@code READONLY}, {@code CLUSTERDOWN}) are waited out until the
 * call's deadline. A {@linkplain #idempotent() script marked idempotent} is also repeated after a lost connection.
 *
 * <p><b>Does not guarantee</b>: that a script's own error replies arrive as they are if they begin with the code of a
 * refusal (such as {@code BUSY} or {@code READONLY}): they are taken for one. Order among calls of one pipeline when the server did not know the script: those
 * answered {@code NOSCRIPT} run after the others.
 *
 * <p><b>Cost</b>: one round trip, {@code EVALSHA}; a second one the first time a server meets the script.
 *
 * <p><b>Thread safety</b>: immutable.
 *
 * <p><b>Source</b>: Redis documentation, "Scripting with Lua".
 *
 * @param <T> the type of the reply
 */
public final class LuaScript<T extends @Nullable Object> {

    private final String source;
    private final byte[] sourceBytes;
    private final String digest;
    private final ScriptOutputType type;
    private final Call.Repeat repeat;

    private LuaScript(String source, ScriptOutputType type, Call.Repeat repeat) {
        this.source = source;
        this.sourceBytes = source.getBytes(StandardCharsets.UTF_8);
        this.digest = sha1(sourceBytes);
        this.type = type;
        this.repeat = repeat;
    }

    /**
     * A script that replies with a whole number.
     *
     * @param owner a class of the module that ships the script
     * @param path the file under {@code META-INF/lua/}, such as {@code cache-aside/cache_fill.lua}
     * @return the script
     * @throws IllegalArgumentException if there is no such file
     */
    public static LuaScript<Long> integer(Class<?> owner, String path) {
        return new LuaScript<>(read(owner, path), ScriptOutputType.INTEGER, Call.Repeat.IF_NOT_EXECUTED);
    }

    /**
     * A script that replies with bytes, or with nothing.
     *
     * @param owner a class of the module that ships the script
     * @param path the file under {@code META-INF/lua/}
     * @return the script
     * @throws IllegalArgumentException if there is no such file
     */
    public static LuaScript<byte @Nullable []> bytes(Class<?> owner, String path) {
        return new LuaScript<>(read(owner, path), ScriptOutputType.VALUE, Call.Repeat.IF_NOT_EXECUTED);
    }

    /**
     * A script that replies with a list: each element is a {@code Long}, a {@code byte[]}, null or another list.
     *
     * @param owner a class of the module that ships the script
     * @param path the file under {@code META-INF/lua/}
     * @return the script
     * @throws IllegalArgumentException if there is no such file
     */
    public static LuaScript<List<@Nullable Object>> list(Class<?> owner, String path) {
        return new LuaScript<>(read(owner, path), ScriptOutputType.MULTI, Call.Repeat.IF_NOT_EXECUTED);
    }

    /**
     * This script with the promise that a second run with the same arguments changes nothing and answers the same, so
     * that a call whose reply was lost with its connection may be repeated until its deadline. The promise must hold
     * however late a run comes: what lies between the servers may deliver the first request after the second, and after
     * what others have done since.
     *
     * @return the script, so marked
     */
    public LuaScript<T> idempotent() {
        return new LuaScript<>(source, type, Call.Repeat.EVEN_IF_UNKNOWN);
    }

    /**
     * Begins a call.
     *
     * @param redis where to run
     * @return the call, to which keys and arguments are added
     */
    public ScriptCall<T> on(Redis redis) {
        return new ScriptCall<>(this, Check.notNull("redis", redis));
    }

    CompletionStage<T> runAsync(Redis redis, byte[][] keys, byte[][] arguments) {
        return hooked(redis).run(redis, keys, hookedArguments(redis, arguments));
    }

    CompletionStage<Replicated<T>> runReplicatedAsync(
            Redis redis,
            DedicatedConnection<byte[], byte[]> connection,
            byte[][] keys,
            byte[][] arguments,
            int replicas,
            Duration within) {
        LuaScript<T> hooked = hooked(redis);
        byte[][] all = hookedArguments(redis, arguments);
        return redis.calls()
                .run(
                        repeat,
                        () -> connection
                                .commandsAt(keys[0])
                                .thenCompose(commands -> Replicated.sending(
                                        () -> commands.<T>eval(hooked.sourceBytes, type, keys, all),
                                        () -> commands.waitForReplication(replicas, within.toMillis())))
                                .whenComplete((sent, failure) -> {
                                    if (failure != null) {
                                        connection.suspectTopology();
                                    }
                                }),
                        null)
                .thenCompose(
                        sent -> sent.acknowledged(within.plus(redis.options().commandTimeout())));
    }

    private LuaScript<T> hooked(Redis redis) {
        ScriptHook hook = redis.options().scriptHook();
        return hook == null ? this : new LuaScript<>(hook.rewrite().apply(source), type, repeat);
    }

    private static byte[][] hookedArguments(Redis redis, byte[][] arguments) {
        ScriptHook hook = redis.options().scriptHook();
        if (hook == null) {
            return arguments;
        }
        byte[][] longer = Arrays.copyOf(arguments, arguments.length + 1);
        longer[arguments.length] = hook.trailingArgument().get().getBytes(StandardCharsets.UTF_8);
        return longer;
    }

    private CompletionStage<T> run(Redis redis, byte[][] keys, byte[][] arguments) {
        RedisScriptingAsyncCommands<byte[], byte[]> commands = redis.bytes();
        return redis.calls()
                .run(
                        repeat,
                        () -> commands.evalsha(digest, type, keys, arguments),
                        () -> commands.eval(sourceBytes, type, keys, arguments));
    }

    private static String read(Class<?> owner, String path) {
        try (InputStream in = owner.getResourceAsStream("/META-INF/lua/" + path)) {
            if (in == null) {
                throw new IllegalArgumentException("path: no script META-INF/lua/" + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-1", e);
        }
    }
}
