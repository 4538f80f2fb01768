package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.subject.Place;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Which limiter a call asks. */
public enum PermitKeys {

    /** Every call the same one. */
    HOT(1),

    /** Each call a random one of ten thousand. */
    MANY(10_000);

    /** So many that nobody is ever refused. */
    public static final long PERMITS_PER_SECOND = 1_000_000;

    private final int count;

    PermitKeys(int count) {
        this.count = count;
    }

    /**
     * The names of all limiters.
     *
     * @param place where they are
     * @return the names
     */
    public List<String> names(Place place) {
        return IntStream.range(0, count)
                .mapToObj(i -> place.prefix() + ":limit:" + i)
                .toList();
    }

    /**
     * Which of them the next call asks.
     *
     * @return an index of the names
     */
    public int next() {
        return count == 1 ? 0 : ThreadLocalRandom.current().nextInt(count);
    }
}
