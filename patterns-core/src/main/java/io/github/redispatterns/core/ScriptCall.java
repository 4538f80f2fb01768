package io.github.redispatterns.core;

import java.nio.charset.StandardCharsets;
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
