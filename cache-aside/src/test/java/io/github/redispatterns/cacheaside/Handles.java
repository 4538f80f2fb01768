package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.TestKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Opens handles as the least-privilege user whose rule stands in README.md. */
final class Handles {

    private Handles() {}

    static AclUser leastPrivileged(RedisDeployment deployment, TestKeys keys) {
        return AclUser.fromReadme(deployment, Path.of("README.md"), "shop:product:*", keys.prefix());
    }

    /** With what README.md adds for events: a channel and a stream of others, and the scan that empties a cache. */
    static AclUser withEvents(RedisDeployment deployment, TestKeys keys) {
        String rules = Stream.of("acl", "acl-events")
                .map(block -> Pattern.compile("<!-- " + block + " -->\\s*```\\w*\\R(.*?)```", Pattern.DOTALL)
                        .matcher(readme()))
                .filter(Matcher::find)
                .map(block -> block.group(1).strip())
                .collect(Collectors.joining(" "))
                .replace("shop:product:*", keys.prefix() + ":*")
                .replace("shop:changes", stream(keys));
        return AclUser.create(deployment, rules);
    }

    /** Neither among the cache's keys nor among its channels. */
    static String stream(TestKeys keys) {
        return keys.prefix() + "-stream";
    }

    private static String readme() {
        try {
            return Files.readString(Path.of("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With all rights, for what the test itself looks at. */
    static Redis admin(RedisDeployment deployment) {
        return switch (deployment.topology()) {
            case STANDALONE, SENTINEL -> Redis.connect(deployment.uri());
            case CLUSTER -> Redis.connectCluster(deployment.uris().toArray(String[]::new));
        };
    }

    static Redis open(RedisDeployment deployment, AclUser user) {
        return open(deployment, user, RedisOptions.builder());
    }

    static Redis open(RedisDeployment deployment, AclUser user, RedisOptions.Builder options) {
        return switch (deployment.topology()) {
            case STANDALONE, SENTINEL -> Redis.connect(user.uri(), options.build());
            case CLUSTER -> Redis.connectCluster(options.build(), user.uris().toArray(String[]::new));
        };
    }
}
