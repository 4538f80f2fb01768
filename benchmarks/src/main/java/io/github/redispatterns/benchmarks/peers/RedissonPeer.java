package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.caching.CacheClient;
import io.github.redispatterns.benchmarks.caching.LoadingCache;
import io.github.redispatterns.benchmarks.limit.PermitDemand;
import io.github.redispatterns.benchmarks.locking.ContendedLock;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

/** Redisson: its bucket, map cache, lock and rate limiter, each in the configurations of {@link RedissonSetup}. */
public final class RedissonPeer {

    /** What the rows of its lock are called where all want the same one. */
    public static final String PLAIN_LOCK = "redisson";

    /** What the rows of its fair lock are called. */
    public static final String FAIR_LOCK = "redisson-fair";

    private static final String LIBRARY = "redisson";

    private RedissonPeer() {}

    /**
     * {@code RBucket.get} of a value of 100 bytes: its plain {@code GET}.
     *
     * @return the contenders
     */
    public static List<Contender> gets() {
        return windowed(RedissonSetup.ALL, RedissonGet::new);
    }

    /**
     * {@code RBucket.set} of a value of 100 bytes: its plain {@code SET}.
     *
     * @return the contenders
     */
    public static List<Contender> sets() {
        return windowed(RedissonSetup.ALL, RedissonSet::new);
    }

    /**
     * One cached value of 100 bytes that is there: by {@code RMapCache.get}, the map with a time to live per entry that its
     * Spring and JCache caches stand on, where each read is a script; and by {@code RBucket.get}, the fastest that it has.
     * {@code RMapCacheNative} needs Redis 7.4 for its times to live, and is left out.
     *
     * @return the contenders
     */
    public static List<Contender> cacheHits() {
        return Stream.concat(
                        contenders(RedissonSetup.ENDS, "map cache, ", RedissonMapCacheGet::new),
                        contenders(RedissonSetup.ALL, "bucket, ", RedissonGet::new))
                .toList();
    }

    /**
     * {@code RBuckets.get} of 100 values that are there: one {@code MGET}.
     *
     * @return the contenders
     */
    public static List<Contender> multiGets() {
        return contenders(RedissonSetup.ENDS, "", RedissonMultiGet::new).toList();
    }

    /**
     * Caches that load a missing key once for all processes: the map cache as it comes, and the best in a stampede that was
     * found, the local-cached map. Left out, so that a quick run ends in its minute: either of them in the other setup; in
     * a stampede they lay between these two.
     *
     * @return the caches
     */
    public static List<LoadingCache> loadingCaches() {
        return List.of(
                loading(RedissonSetup.DEFAULT, "map cache, ", RedissonLoadingMap::mapCache),
                loading(RedissonSetup.BEST, "local-cached map, ", RedissonLoadingMap::localCachedMap));
    }

    /**
     * {@code RLock.tryLock} with a lease, so without its watchdog, and {@code unlock}: each caller its own lock.
     *
     * @return the contenders
     */
    public static List<Contender> locks() {
        return contenders(RedissonSetup.ALL, "", RedissonLock::new).toList();
    }

    /**
     * The lock and the fair lock, as they come and at their best.
     *
     * @return the locks
     */
    public static List<ContendedLock> contendedLocks() {
        return Stream.concat(
                        contended(PLAIN_LOCK, RedissonClient::getLock),
                        contended(FAIR_LOCK, RedissonClient::getFairLock))
                .toList();
    }

    private static Stream<ContendedLock> contended(String library, BiFunction<RedissonClient, String, RLock> kind) {
        return RedissonSetup.ENDS.stream()
                .map(setup -> new ContendedLock(
                        library, setup.configuration(), place -> new RedissonLockClient(setup, kind, place)));
    }

    /**
     * {@code RRateLimiter.tryAcquire} of one permit, on limiter objects that are kept. Where it refuses, as it comes and at its
     * best.
     *
     * @param demand which limiter each call asks, and what it has
     * @return the contenders
     */
    public static List<Contender> rateLimiters(PermitDemand demand) {
        return windowed(
                demand.isScarce() ? RedissonSetup.ENDS : RedissonSetup.ALL,
                (client, place) -> new RedissonRateLimiter(client, place, demand));
    }

    /** For windows too. */
    private static List<Contender> windowed(
            List<RedissonSetup> setups, BiFunction<RedissonClient, Place, Subject> subject) {
        return contenders(setups, "", subject)
                .map(contender -> contender.and(Load.Kind.WINDOW))
                .toList();
    }

    /** How a client of one kind of cache is made. */
    @FunctionalInterface
    private interface Loading {
        CacheClient on(RedissonClient client, Place place, Duration ttl);
    }

    private static LoadingCache loading(RedissonSetup setup, String what, Loading kind) {
        return new LoadingCache(
                LIBRARY, what + setup.configuration(), (place, ttl) -> kind.on(setup.open(place), place, ttl));
    }

    private static Stream<Contender> contenders(
            List<RedissonSetup> setups, String what, BiFunction<RedissonClient, Place, Subject> subject) {
        return setups.stream()
                .map(setup -> Contender.of(
                        LIBRARY, what + setup.configuration(), place -> subject.apply(setup.open(place), place)));
    }
}
