package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@RedisTest
class AclUserIT {

    @Parameter
    RedisDeployment redis;

    @TempDir
    private Path directory;

    private Path readme;

    @BeforeEach
    void document() throws IOException {
        readme = Files.writeString(
                directory.resolve("README.md"), "<!-- acl -->\n```\n~shop:product:* -@all +@connection +get\n```\n");
    }

    @Test
    void theUserHasTheDocumentedRightsBelowThePrefixOnEveryNode(TestKeys keys) {
        String key = keys.key("k");
        try (AclUser user = AclUser.fromReadme(redis, readme, "shop:product:*", keys.prefix())) {
            as(
                    user,
                    redis.masterOf(key),
                    commands -> assertThat(commands.get(key)).isNull());
            assertThat(user.denials()).isEmpty();

            as(user, redis.masterOf(key), commands -> {
                isRefused(() -> commands.set(key, "v"));
                isRefused(() -> commands.get("shop:product:1"));
            });
            assertThat(user.denials()).hasSize(2).anyMatch(denial -> denial.contains("shop:product:1"));
            redis.nodes()
                    .forEach(node -> as(
                            user, node, commands -> assertThat(commands.ping()).isEqualTo("PONG")));
        }
    }

    @Test
    void aRestartedNodeHasForgottenTheUserUntilItIsCreatedAgain(TestKeys keys) {
        RedisNode node = redis.nodes().get(redis.nodes().size() - 1);
        try (AclUser user = AclUser.fromReadme(redis, readme, "shop:product:*", keys.prefix())) {
            node.restart();
            redis.heal();
            assertThat(hasUser(node)).isFalse();

            user.recreate();

            assertThat(hasUser(node)).isTrue();
        }
        assertThat(hasUser(node)).isFalse();
    }

    private static boolean hasUser(RedisNode node) {
        List<String> users = node.call(commands -> commands.aclUsers());
        return users.stream().anyMatch(name -> name.startsWith("testkit-"));
    }

    private static void isRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageStartingWith("NOPERM");
    }

    /** Connects to one node with the name and the password in the user's URI. */
    private static void as(AclUser user, RedisNode node, Consumer<RedisCommands<String, String>> work) {
        String userInfo = user.uri().replaceFirst(".*://", "").replaceFirst("@.*", "");
        RedisClient client = RedisClient.create(RedisURI.create(node.uri().replace("://", "://" + userInfo + "@")));
        try {
            work.accept(client.connect().sync());
        } finally {
            client.shutdown();
        }
    }
}
