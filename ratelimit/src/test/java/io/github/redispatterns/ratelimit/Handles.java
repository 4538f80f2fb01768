package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.TestKeys;
import java.nio.file.Path;

/** Opens handles as the least-privilege user whose rule stands in README.md. */
final class Handles {

    private Handles() {}

    static AclUser leastPrivileged(RedisDeployment deployment, TestKeys keys) {
        return AclUser.fromReadme(deployment, Path.of("README.md"), "shop:rate:*", keys.prefix());
    }

    /** With all rights, for what the test itself looks at. */
    static Redis admin(RedisDeployment deployment) {
        return switch (deployment.topology()) {
            case STANDALONE, SENTINEL -> Redis.connect(deployment.uri());
            case CLUSTER -> Redis.connectCluster(deployment.uris().toArray(String[]::new));
        };
    }

    static Redis open(RedisDeployment deployment, AclUser user, RedisOptions.Builder options) {
        return switch (deployment.topology()) {
            case STANDALONE, SENTINEL -> Redis.connect(user.uri(), options.build());
            case CLUSTER -> Redis.connectCluster(options.build(), user.uris().toArray(String[]::new));
        };
    }
}
