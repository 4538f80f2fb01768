package io.github.redispatterns.testkit;

import io.lettuce.core.protocol.CommandType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * An ACL user on every data node of a deployment, to show that code gets along with the least rights it claims to need.
 *
 * <p><b>Guarantees</b>: the user exists on every data node when {@link #create} returns, replicas included, so that it
 * outlives a failover; {@link #close} deletes it everywhere.
 *
 * <p><b>Does not guarantee</b>: that a node restarted meanwhile still has it: it is not saved; see {@link #recreate()}.
 *
 * <p><b>Cost</b>: one {@code ACL SETUSER} per data node.
 *
 * <p><b>Thread safety</b>: immutable, apart from what the servers log.
 */
public final class AclUser implements AutoCloseable {

    private static final String PASSWORD = "testkit";

    private final RedisDeployment deployment;
    private final String name;

    private final Object[] command;

    private AclUser(RedisDeployment deployment, String name, String rules) {
        this.deployment = deployment;
        this.name = name;
        this.command = Stream.concat(
                        Stream.of("SETUSER", name, "reset", "on", ">" + PASSWORD),
                        Stream.of(rules.strip().split("\\s+")))
                .toArray();
    }

    /**
     * Creates a user under a name of its own.
     *
     * @param deployment where
     * @param rules what follows the name and the password in {@code ACL SETUSER}, such as {@code ~app:* -@all +get}
     * @return the user
     * @throws IllegalArgumentException if the deployment is null, or the rules are blank
     * @throws io.lettuce.core.RedisException if a server refuses the rules
     */
    public static AclUser create(RedisDeployment deployment, String rules) {
        String name =
                "testkit-" + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), Character.MAX_RADIX);
        AclUser user = new AclUser(Check.notNull("deployment", deployment), name, Check.notBlank("rules", rules));
        user.recreate();
        return user;
    }

    /**
     * Creates a user with the rights that a module's README documents, so that its tests show that these are enough:
     * the README's fenced block below a line {@code <!-- acl -->} holds the rules, written for example keys.
     *
     * @param deployment where
     * @param readme the README
     * @param documentedPattern the keys that the documented rules allow, such as {@code shop:product:*}
     * @param prefix what the user's keys begin with instead: {@code ~shop:product:*} becomes {@code ~prefix:*},
     *     and channels likewise
     * @return the user
     * @throws IllegalArgumentException if the deployment or the path is null, or a text is blank
     * @throws TestkitException if there is no such file, block or pattern
     * @throws io.lettuce.core.RedisException if a server refuses the rules
     */
    public static AclUser fromReadme(RedisDeployment deployment, Path readme, String documentedPattern, String prefix) {
        Check.notNull("deployment", deployment);
        return create(deployment, AclRules.in(readme).forKeys(documentedPattern, prefix));
    }

    /** Creates the user again where it is missing: a node that was restarted has forgotten it. */
    public void recreate() {
        for (RedisNode node : deployment.nodes()) {
            node.call(commands -> Admin.status(commands, CommandType.ACL, command));
        }
    }

    /**
     * The URI to connect to as this user.
     *
     * @return {@link RedisDeployment#uri()} with the user's name and password
     */
    public String uri() {
        return withUser(deployment.uri());
    }

    /**
     * The URIs to connect to as this user.
     *
     * @return {@link RedisDeployment#uris()} with the user's name and password
     */
    public List<String> uris() {
        return deployment.uris().stream().map(this::withUser).toList();
    }

    /**
     * The requests that the servers have refused this user, as they log them: commands, keys and channels, not failed
     * logins.
     *
     * @return for each entry of {@code ACL LOG} the node, the reason, the context and the object; empty if all was
     *     allowed
     */
    public List<String> denials() {
        List<String> denials = new ArrayList<>();
        for (RedisNode node : deployment.nodes()) {
            for (Object entry : node.call(commands -> Admin.list(commands, CommandType.ACL, "LOG", "128"))) {
                List<?> fields = (List<?>) entry;
                if (name.equals(field(fields, "username")) && !"auth".equals(field(fields, "reason"))) {
                    denials.add(node + ": " + field(fields, "reason") + " in " + field(fields, "context") + ": "
                            + field(fields, "object"));
                }
            }
        }
        return denials;
    }

    /** Deletes the user on every node that runs. Its connections are closed by the servers. */
    @Override
    public void close() {
        for (RedisNode node : deployment.nodes()) {
            if (node.isRunning()) {
                node.call(commands -> commands.aclDeluser(name));
            }
        }
    }

    private String withUser(String uri) {
        int at = uri.indexOf("://") + 3;
        return uri.substring(0, at) + name + ':' + PASSWORD + '@' + uri.substring(at);
    }

    private static String field(List<?> entry, String name) {
        return String.valueOf(entry.get(entry.indexOf(name) + 1));
    }
}
