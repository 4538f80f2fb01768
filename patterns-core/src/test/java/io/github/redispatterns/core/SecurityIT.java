package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.testkit.Provider;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisNode;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SslOptions;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, passwords and ACL users. The certificate is a file of this machine, so the servers are this machine's too. */
class SecurityIT {

    @TempDir
    static Path files;

    private static RedisDeployment deployment;
    private static Certificate certificate;
    private static int tlsPort;

    @BeforeAll
    static void start() throws Exception {
        certificate = Certificate.selfSigned(files);
        tlsPort = freePort();
        deployment = RedisDeployment.builder(Topology.STANDALONE)
                .provider(Provider.EMBEDDED)
                .config("tls-port", String.valueOf(tlsPort))
                .config("tls-cert-file", certificate.cert().toString())
                .config("tls-key-file", certificate.key().toString())
                .config("tls-ca-cert-file", certificate.cert().toString())
                .config("tls-auth-clients", "no")
                .start();
        node().call(c -> c.aclSetuser(
                "app",
                AclSetuserArgs.Builder.on()
                        .addPassword("s3cret")
                        .keyPattern("app:*")
                        .allCommands()
                        .removeCommand(CommandType.FLUSHALL)));
    }

    @AfterAll
    static void stop() {
        deployment.close();
    }

    @Test
    void tlsWithATrustedCertificate() {
        SslOptions trust =
                SslOptions.builder().trustManager(certificate.cert().toFile()).build();
        RedisOptions options = RedisOptions.builder().sslOptions(trust).build();
        try (Redis redis = Redis.connect("rediss://app:s3cret@127.0.0.1:" + tlsPort, options)) {
            String key = KeySpace.of("app").key("tls");
            Handles.set(redis, key, "1");
            assertThat(Handles.get(redis, key)).isEqualTo("1");
            assertThat(redis.toString())
                    .contains("rediss://127.0.0.1:" + tlsPort)
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void tlsWithAnUnknownCertificateIsRefused() {
        assertThatThrownBy(() -> Redis.connect("rediss://app:s3cret@127.0.0.1:" + tlsPort))
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessageStartingWith("Cannot connect to rediss://127.0.0.1:" + tlsPort + ": TLS failed: ")
                .hasMessageNotContainingAny("s3cret", "\n");
    }

    @Test
    void plainTextToATlsPortAndTheReverse() {
        RedisOptions options =
                RedisOptions.builder().connectTimeout(Duration.ofMillis(800)).build();
        assertThatThrownBy(() -> Redis.connect("redis://app:s3cret@127.0.0.1:" + tlsPort, options))
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessageNotContainingAny("s3cret", "\n");
        assertThatThrownBy(() -> Redis.connect("rediss://app:s3cret@127.0.0.1:" + node().port(), options))
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessageNotContainingAny("s3cret", "\n");
    }

    @RepeatedTest(50) // Lettuce sometimes reports the closed channel in place of the reason
    void aWrongPassword() {
        String where = "127.0.0.1:" + node().port();
        assertThatThrownBy(() -> Redis.connect("redis://app:wrong-s3cret@" + where))
                .isInstanceOf(ConnectionFailedException.class)
                .hasMessage("Cannot connect to redis://" + where
                        + ": WRONGPASS invalid username-password pair or user is disabled.");
    }

    @Test
    void anAclUserMayDoWhatItMay() {
        try (Redis redis = Redis.connect("redis://app:s3cret@127.0.0.1:" + node().port())) {
            Handles.set(redis, KeySpace.of("app").key("acl"), "1");
            assertThatThrownBy(() -> Handles.get(redis, KeySpace.of("other").key("acl")))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageStartingWith("NOPERM");
            assertThatThrownBy(() -> redis.execute(c -> c.flushall())).hasMessageStartingWith("NOPERM");
        }
    }

    private static RedisNode node() {
        return deployment.nodes().get(0);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
