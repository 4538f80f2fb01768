package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.CallInterruptedException;
import io.github.redispatterns.core.Check;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.event.RateLimiterEvent;
import io.github.resilience4j.ratelimiter.event.RateLimiterOnDrainedEvent;
import io.github.resilience4j.ratelimiter.event.RateLimiterOnFailureEvent;
import io.github.resilience4j.ratelimiter.event.RateLimiterOnSuccessEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A resilience4j {@code RateLimiter} over one id of a {@link RateLimiter}, so that its decorators, annotations and
 * operators limit the whole fleet.
 *
 * <p><b>Guarantees</b>: permission is given only for permits that the limiter granted. {@code acquirePermission} waits
 * for them up to the {@code timeoutDuration} without polling, and answers false at once if that is too short.
 *
 * <p><b>Does not guarantee</b>: what no limiter of a fleet can. {@code reservePermission} cannot take a permit of the
 * future: it answers 0 if the permits are granted now, and -1 if they are not, whatever the timeout. The configuration's
 * {@code limitForPeriod} and {@code limitRefreshPeriod} are not used, but show the limit's. {@code changeLimitForPeriod}
 * is {@link RateLimiter#setLimit} with the same period: it concerns all ids, in this process. Available permissions are
 * those that the last decision left, all once its reset has passed: asking costs no I/O.
 *
 * <p>Unlike resilience4j's own, more permits than the limit can ever grant are {@code IllegalArgumentException}, and
 * {@code PatternsException} is thrown if Redis could not be asked or did not answer, unless the limiter has a
 * {@link Fallback}; {@code drainPermissions} logs what it cannot do, and does not throw, since resilience4j would lose the
 * call's outcome then, and leaves alone what a process {@linkplain RateLimiterOptions#leaseAhead() holds ahead}: up to that
 * many calls more may be permitted. A thread that is interrupted while it waits gets false, and stays interrupted.
 *
 * <p><b>Cost</b>: of {@code acquirePermission} as {@link RateLimiter#acquire}, of {@code reservePermission} as
 * {@link RateLimiter#tryAcquire(String)}; {@code drainPermissions} is a look and one script, more if others take at the
 * same time. They block: do not call them on a thread of Lettuce's.
 *
 * <p><b>Thread safety</b>: safe.
 *
 * <p><b>Source</b>: resilience4j, "RateLimiter". The library is an optional dependency: add {@code resilience4j-ratelimiter}.
 */
public final class Resilience4jRateLimiter implements io.github.resilience4j.ratelimiter.RateLimiter {

    private static final Logger LOG = System.getLogger(Resilience4jRateLimiter.class.getName());

    /** What a decision has left, and when all is there again. */
    private record Left(long permits, long resetNanos) {}

    private final String name;
    private final RateLimiter limiter;
    private final String id;
    private final Resilience4jEvents events = new Resilience4jEvents();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile RateLimiterConfig config;
    private volatile Left left;

    private Resilience4jRateLimiter(String name, RateLimiter limiter, String id, RateLimiterConfig config) {
        this.name = name;
        this.limiter = limiter;
        this.id = id;
        this.config = config;
        this.left = new Left(limiter.limit().burst(), System.nanoTime());
    }

    /**
     * Puts resilience4j's face on one id of a limiter.
     *
     * @param name what resilience4j calls it, in exceptions and events
     * @param limiter the limiter; stays open until you close it
     * @param id whose permits are taken; any text but the empty one
     * @param config how long to wait, and on which results to drain; its limit and period are not used
     * @return the limiter in resilience4j's terms
     * @throws IllegalArgumentException if an argument is not allowed
     */
    public static Resilience4jRateLimiter of(String name, RateLimiter limiter, String id, RateLimiterConfig config) {
        return new Resilience4jRateLimiter(
                Check.text("name", name),
                Check.notNull("limiter", limiter),
                Check.text("id", id),
                Check.notNull("config", config));
    }

    @Override
    public boolean acquirePermission(int permits) {
        Duration timeout = config.getTimeoutDuration(); // resilience4j's "for ever" is longer than we wait
        Duration maxWait = timeout.compareTo(Check.MAX_DURATION) < 0 ? timeout : Check.MAX_DURATION;
        waiting.incrementAndGet();
        try {
            return told(permits, limiter.acquire(id, permits, maxWait));
        } catch (CallInterruptedException e) {
            events.publish(new RateLimiterOnFailureEvent(name, permits));
            return false; // the thread's flag is set, which the decorators look at
        } finally {
            waiting.decrementAndGet();
        }
    }

    @Override
    public long reservePermission(int permits) {
        return told(permits, limiter.tryAcquire(id, permits)) ? 0 : -1;
    }

    /** Does not throw: resilience4j drains before it tells a call's outcome, and would never tell it then. */
    @Override
    public void drainPermissions() {
        try {
            drain();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "The permits of a resilience4j rate limiter could not be drained", e);
        }
    }

    private void drain() {
        long take = limiter.peek(id).remaining();
        while (take > 0) {
            Decision decision = limiter.tryAcquire(id, take);
            noted(decision);
            if (decision.allowed()) {
                break;
            }
            take = Math.min(take - 1, decision.remaining()); // others took meanwhile
        }
        events.publish(new RateLimiterOnDrainedEvent(name, (int) Math.max(take, 0)));
    }

    @Override
    public void changeTimeoutDuration(Duration timeoutDuration) {
        if (Check.notNull("timeoutDuration", timeoutDuration).isNegative()) {
            throw new IllegalArgumentException("timeoutDuration: must not be negative, is " + timeoutDuration);
        }
        config = RateLimiterConfig.from(config).timeoutDuration(timeoutDuration).build();
    }

    @Override
    public void changeLimitForPeriod(int limitForPeriod) {
        Limit old = limiter.limit();
        Limit next = Limit.of(limitForPeriod, old.period());
        limiter.setLimit(old.burst() == old.permits() ? next : next.withBurst(old.burst()));
    }

    @Override
    public String getName() {
        return name;
    }

    /** With the limit that the next call is decided by. */
    @Override
    public RateLimiterConfig getRateLimiterConfig() {
        Limit limit = limiter.limit();
        RateLimiterConfig known = config;
        if (known.getLimitForPeriod() == limit.permits()
                && known.getLimitRefreshPeriod().equals(limit.period())) {
            return known;
        }
        return RateLimiterConfig.from(known)
                .limitForPeriod((int) limit.permits())
                .limitRefreshPeriod(limit.period())
                .build();
    }

    @Override
    public Map<String, String> getTags() {
        return Map.of();
    }

    @Override
    public Metrics getMetrics() {
        return new Metrics() {
            @Override
            public int getNumberOfWaitingThreads() {
                return waiting.get();
            }

            @Override
            public int getAvailablePermissions() {
                Left last = left;
                return (int)
                        (last.resetNanos() - System.nanoTime() <= 0
                                ? limiter.limit().burst()
                                : last.permits());
            }
        };
    }

    @Override
    public EventPublisher getEventPublisher() {
        return events;
    }

    private boolean told(int permits, Decision decision) {
        noted(decision);
        RateLimiterEvent event = decision.allowed()
                ? new RateLimiterOnSuccessEvent(name, permits)
                : new RateLimiterOnFailureEvent(name, permits);
        events.publish(event);
        return decision.allowed();
    }

    private void noted(Decision decision) {
        left = new Left(
                decision.remaining(), System.nanoTime() + decision.resetAfter().toNanos());
    }
}
