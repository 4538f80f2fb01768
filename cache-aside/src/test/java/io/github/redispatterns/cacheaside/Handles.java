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

/** Opens handles as the least-privilege user whose rule stands in README.md. */
final class Handles {

    private static final Pattern RULE = Pattern.compile("<!-- acl -->\n```\n~shop:product:\\* (.*)\n```");

    private Handles() {}

    static AclUser leastPrivileged(RedisDeployment deployment, TestKeys keys) {
        try {
            Matcher rule = RULE.matcher(Files.readString(Path.of("README.md")));
            if (!rule.find()) {
                throw new IllegalStateException("README.md has no ACL rule");
            }
            return AclUser.create(deployment, "~" + keys.prefix() + ":* " + rule.group(1));
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
