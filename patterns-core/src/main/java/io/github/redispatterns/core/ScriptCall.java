package io.github.redispatterns.core;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One call of a {@link LuaScript}: its keys and arguments, in the order in which the script's header lists them.
 *
 * <p><b>Thread safety</b>: none; a call is built and run by one thread, and run once.
 *
 * @param <T> the type of the reply
 */
public final class ScriptCall<T extends @Nullable Object> {

    private static final byte[][] NONE = {};

    private final LuaScript<T> script;
    private final Redis redis;
    private final List<byte[]> keys = new ArrayList<>(2);
    private final List<byte[]> arguments = new ArrayList<>(6);

    ScriptCall(LuaScript<T> script, Redis redis) {
        this.script = script;
        this.redis = redis;
    }

    /**
     * Adds the next key.
     *
     * @param key the key, from a {@link KeySpace}
     * @return this call
     */
    public ScriptCall<T> key(String key) {
        keys.add(Check.text("key", key).getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /**
     * Adds the next argument as bytes.
     *
     * @param argument the bytes
     * @return this call
     */
    public ScriptCall<T> arg(byte[] argument) {
        arguments.add(Check.notNull("argument", argument));
        return this;
    }

    /**
     * Adds the next argument as text.
     *
     * @param argument the text; may be empty
     * @return this call
     */
    public ScriptCall<T> arg(String argument) {
        return arg(Check.wellFormed("argument", argument).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Adds the next argument as a decimal number.
     *
     * @param argument the number
     * @return this call
     */
    public ScriptCall<T> arg(long argument) {
        return arg(Long.toString(argument));
    }

    /**
     * Runs the script.
     *
     * @return its reply; fails with {@link NotExecutedException}, {@link UnknownOutcomeException}, or Lettuce's
     *     {@code RedisCommandExecutionException} for an error reply
     */
    public CompletionStage<T> runAsync() {
        return script.runAsync(redis, keys.toArray(NONE), arguments.toArray(NONE));
    }

    /**
     * Runs the script over a connection of the caller's own, and waits until replicas have acknowledged what it wrote:
     * {@code WAIT}, which counts the writes of its own connection and holds that up meanwhile.
     *
     * @param connection a connection of the same handle that nobody else uses; the script goes to the master that holds
     *     its first key
     * @param replicas how many replicas to wait for
     * @param within how long to wait for them, from 1 ms
     * @return the reply, and how many replicas have acknowledged it; fewer, possibly none, if the time was up or the
     *     connection was lost. It takes at most the time given and two {@linkplain RedisOptions#commandTimeout() command
     *     timeouts}. Fails as {@link #runAsync()} does
     * @throws IllegalArgumentException if the script has no key, or the number or the time is not allowed
     */
    public CompletionStage<Replicated<T>> runReplicatedAsync(
            DedicatedConnection<byte[], byte[]> connection, int replicas, Duration within) {
        Check.notNull("connection", connection);
        Check.range("replicas", replicas, 1, Integer.MAX_VALUE);
        Check.duration("within", within);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("key: a script without one runs on no master in particular");
        }
        return script.runReplicatedAsync(
                redis, connection, keys.toArray(NONE), arguments.toArray(NONE), replicas, within);
    }

    /**
     * Runs the script over a connection of the caller's own, and waits until replicas have acknowledged what it wrote, as
     * {@link #runReplicatedAsync} does.
     *
     * @param connection a connection of the same handle that nobody else uses
     * @param replicas how many replicas to wait for
     * @param within how long to wait for them, from 1 ms
     * @return the reply, and how many replicas have acknowledged it
     * @throws NotExecutedException if it was refused until the deadline
     * @throws UnknownOutcomeException if no reply came
     */
    public Replicated<T> runReplicated(DedicatedConnection<byte[], byte[]> connection, int replicas, Duration within) {
        return Sync.await(runReplicatedAsync(connection, replicas, within));
    }

    /**
     * Runs the script and waits.
     *
     * @return its reply
     * @throws NotExecutedException if it was refused until the deadline
     * @throws UnknownOutcomeException if no reply came
     */
    public T run() {
        return Sync.await(runAsync());
    }
}
