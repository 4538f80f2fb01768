package io.github.redispatterns.locks;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The main class of a process of {@link LockFairnessIT}: it queues for a lock, and waits to be killed. */
final class WaitingProcess {

    /** Of those who will be dead when they get it. */
    static final Duration TTL = Duration.ofMillis(500);

    private static final String URIS = "|";

    private WaitingProcess() {}

    /** What the parent sends first: over standard input, since it holds a password. */
    static String setup(String name, int waiters, String prefix, String resource, List<String> uris) {
        return String.join(" ", name, Integer.toString(waiters), prefix, resource, String.join(URIS, uris));
    }

    /** Ends when standard input does; so it also ends when its parent is killed. */
    public static void main(String[] args) throws IOException {
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String[] setup = requests.readLine().split(" ", -1);
        Redis redis = setup[4].contains(URIS)
                ? Redis.connectCluster(setup[4].split("\\" + URIS, -1))
                : Redis.connect(setup[4]);
        DistributedLock lock = DistributedLock.create(redis, KeySpace.of(setup[2]));
        for (int i = 0; i < Integer.parseInt(setup[1]); i++) {
            LeaseOptions options = LeaseOptions.builder(TTL)
                    .maxWait(Duration.ofMinutes(5))
                    .requestToken(setup[0] + "-" + i)
                    .build();
            var unused = lock.acquireAsync(setup[3], options);
        }
        requests.lines().forEach(line -> {});
        Runtime.getRuntime().halt(0);
    }
}
