package io.github.redispatterns.testkit;

/**
 * A server in a container, known by its process id there.
 *
 * @param pid as the container counts; none is used twice within the life of a deployment
 */
record ContainerProcess(RedisContainer container, String pid) implements ServerProcess {

    private static final String SEND = "kill -$2 $1 2>/dev/null || true";

    /** Polls 500 times, 20 ms apart: only a process that waits for a broken disk outlives that. */
    private static final String KILL = """
            kill -KILL $1 2>/dev/null || exit 0
            tries=0
            while kill -0 $1 2>/dev/null; do
              tries=$((tries + 1))
              [ $tries -le 500 ] || { echo "process $1 does not end" >&2; exit 1; }
              sleep 0.02
            done
            """;

    private static final String ASK = "if kill -0 $1 2>/dev/null; then echo alive; fi";

    @Override
    public void signal(Signal signal) {
        if (container.isOpen()) {
            container.sh(signal == Signal.KILL ? KILL : SEND, pid, signal.name());
        }
    }

    @Override
    public boolean isAlive() {
        return container.isOpen() && container.sh(ASK, pid).equals("alive");
    }
}
