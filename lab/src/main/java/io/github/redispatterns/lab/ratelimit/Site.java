package io.github.redispatterns.lab.ratelimit;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.testkit.Topology;
import java.util.List;

/**
 * Where the limits are, also as JSON for another process.
 *
 * @param topology how the Redis servers are arranged
 * @param redis their URIs
 * @param keyPath the segments of the key space
 */
record Site(Topology topology, List<String> redis, List<String> keyPath) {

    static Site of(Context context) {
        return new Site(context.deployment().topology(), context.deployment().uris(), context.keyPath());
    }

    Redis open() {
        return Context.open(topology, redis, Context.patient().build());
    }

    /** For the naive answers. */
    KeySpace naiveKeys() {
        return Context.keys(keyPath).child("naive");
    }

    /** For the recipe. */
    KeySpace recipeKeys() {
        return Context.keys(keyPath).child("recipe");
    }
}
