package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;

/** Which of the two answers. */
enum Answer {
    NAIVE {
        @Override
        ProductCache cache(Redis redis, KeySpace keys) {
            return new NaiveCache(redis, keys);
        }
    },
    RECIPE {
        @Override
        ProductCache cache(Redis redis, KeySpace keys) {
            return new RecipeCache(redis, keys);
        }
    };

    abstract ProductCache cache(Redis redis, KeySpace keys);
}
