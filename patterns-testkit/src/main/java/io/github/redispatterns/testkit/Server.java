package io.github.redispatterns.testkit;

import java.time.Duration;
import java.util.List;

/** What a node can do to the process behind it. */
interface Server {

    void kill9();

    void restart();

    void pause();

    void resume();

    boolean isRunning();

    void heal();

    /** A process that the testkit started. */
    final class Managed implements Server {

        private final ServerHost host;
        private final int port;
        private final ServerMode mode;
        private final Runnable onFault;
        private ServerProcess process;
        private boolean paused;

        Managed(ServerHost host, int port, ServerMode mode, List<String> config, Runnable onFault) {
            this.host = host;
            this.port = port;
            this.mode = mode;
            this.onFault = onFault;
            this.process = host.start(port, mode, config);
        }

        @Override
        public synchronized void kill9() {
            onFault.run();
            process.signal(Signal.KILL);
            paused = false;
        }

        @Override
        public synchronized void restart() {
            kill9();
            process = host.start(port, mode, List.of());
        }

        @Override
        public synchronized void pause() {
            onFault.run();
            process.signal(Signal.STOP);
            paused = true;
        }

        @Override
        public synchronized void resume() {
            process.signal(Signal.CONT);
            paused = false;
        }

        @Override
        public synchronized boolean isRunning() {
            return !paused && process.isAlive();
        }

        @Override
        public synchronized void heal() {
            if (paused) {
                resume();
            }
            if (!process.isAlive()) {
                restart();
            }
        }
    }

    /** A server that was running before us, and that others may use. */
    record Given(String host, int port) implements Server {

        @Override
        public void kill9() {
            throw notOurs("kill");
        }

        @Override
        public void restart() {
            throw notOurs("restart");
        }

        @Override
        public void pause() {
            throw notOurs("pause");
        }

        @Override
        public void resume() {
            throw notOurs("resume");
        }

        @Override
        public boolean isRunning() {
            return Ping.answers(host, port, Duration.ofSeconds(2));
        }

        @Override
        public void heal() {
            // Nothing of ours can have broken it.
        }

        private UnsupportedOperationException notOurs(String verb) {
            return new UnsupportedOperationException("Cannot " + verb + " " + host + ":" + port
                    + ": it was given by its URI, and the testkit only touches processes that it started."
                    + " Unset REDIS_URI, or choose REDIS_PROVIDER=docker, embedded or binary");
        }
    }
}
