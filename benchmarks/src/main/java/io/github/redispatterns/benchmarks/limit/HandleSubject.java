package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import io.github.redispatterns.core.Redis;

/** One {@code Redis} handle, with its defaults. */
public abstract class HandleSubject implements Subject {

    /** The handle. */
    protected final Redis redis;

    /**
     * Connects.
     *
     * @param place where
     */
    protected HandleSubject(Place place) {
        redis = Redis.connect(place.uri());
    }

    @Override
    public void close() {
        redis.close();
    }
}
