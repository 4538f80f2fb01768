package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees who got the address wrong: one clear sentence, in time, with no password and no thread left behind. */
class ConnectFailureTest {

    private static final RedisOptions OPTIONS =
            RedisOptions.builder().connectTimeout(Duration.ofMillis(800)).build();

    @AfterEach
    void noThreadIsLeft() {
        Awaitility.await().untilAsserted(() -> assertThat(lettuceThreads()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "http://u:s3cret@localhost",
                "redis://u:s3cret@local host",
                "redis://:s3cret@localhost:port",
                "redis://u:s3cret@localhost:99999999",
                "redis://u:s3cr@et@127.0.0.1:1",
                "redis-socket:///tmp/s3cret",
                "redis-sentinel://u:s3cret@localhost:26379",
                "redis://u:s3cret@"
            })
    void aWrongUri(String uri) {
        assertFails(() -> Redis.connect(uri, OPTIONS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("uri: ");
        assertFails(() -> Redis.connectCluster(OPTIONS, uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("uris: ");
    }

    @Test
    void noUri() {
        assertFails(() -> Redis.connect(null)).hasMessage("uri: must not be null");
        assertFails(() -> Redis.connectCluster()).hasMessage("uris: must not be empty");
        assertFails(() -> Redis.connectCluster("redis-sentinel://localhost:1#main"))
                .hasMessageStartingWith("uris: ");
    }

    @Test
    void aRefusedConnection() throws IOException {
        int port = closedPort();
        String where = "redis://127.0.0.1:" + port;
        assertFails(() -> Redis.connect("redis://u:s3cret@127.0.0.1:" + port, OPTIONS))
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessage("Cannot connect to " + where + ": connection refused");
        assertFails(() -> Redis.connectCluster(OPTIONS, "redis://u:s3cret@127.0.0.1:" + port))
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessage("Cannot connect to " + where + ": connection refused");
        assertFails(() -> Redis.connect("redis-sentinel://s3cret@127.0.0.1:" + port + "#main", OPTIONS))
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessageStartingWith("Cannot connect to redis-sentinel://127.0.0.1:" + port + "#main: ");
    }

    @Test
    void aServerThatNeverAnswers() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String uri = "redis://u:s3cret@127.0.0.1:" + silent.getLocalPort();
            for (ThrowingCallable connect : List.<ThrowingCallable>of(
                    () -> Redis.connect(uri, OPTIONS), () -> Redis.connectCluster(OPTIONS, uri))) {
                long began = System.nanoTime();
                assertFails(connect)
                        .isInstanceOf(ConnectionFailedException.class)
                        .hasMessageEndingWith("no answer within 800 ms");
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .isLessThan(Duration.ofSeconds(3)); // 800 ms, and a busy machine
            }
        }
    }

    @Test
    void anUnknownHost() {
        assertFails(() -> Redis.connect("redis://u:s3cret@nowhere.invalid:6379", OPTIONS))
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessageStartingWith("Cannot connect to redis://nowhere.invalid:6379: ");
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertFails(
            ThrowingCallable connect) {
        return assertThatThrownBy(connect).satisfies(failure -> {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString()).doesNotContain("s3cret");
            assertThat(failure.getMessage()).doesNotContain("\n");
        });
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static List<String> lettuceThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("lettuce-"))
                .toList();
    }
}
