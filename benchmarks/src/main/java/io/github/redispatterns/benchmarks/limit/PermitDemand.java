package io.github.redispatterns.benchmarks.limit;

import io.github.redispatterns.benchmarks.subject.Place;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Which limiter a call asks, and how much it has. */
public enum PermitDemand {

    /** Every call the same one, which has enough for all. */
    HOT(1, Supply.ENOUGH),

    /** Each call a random one of ten thousand, which have enough for all. */
    MANY(10_000, Supply.ENOUGH),

    /** Every call the same one, which grants the first and refuses all others. */
    HOT_REFUSED(1, Supply.ONE_EACH),

    /** Each call a random one of ten thousand, of which each grants the first and refuses all others. */
    MANY_REFUSED(10_000, Supply.ONE_EACH);

    private final int count;
    private final Supply supply;

    PermitDemand(int count, Supply supply) {
        this.count = count;
        this.supply = supply;
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

    /**
     * The limit of each.
     *
     * @return how many permits it has in each {@link #period}
     */
    public long permits() {
        return supply.permits;
    }

    /**
     * In which time.
     *
     * @return the limit's period
     */
    public Duration period() {
        return supply.period;
    }

    /**
     * Whether calls are refused.
     *
     * @return false if there is enough for all
     */
    public boolean isScarce() {
        return supply == Supply.ONE_EACH;
    }

    /**
     * Checks the replies that one subject gets. A limiter that refuses where there is enough flatters its library, and so
     * does one that grants what there is not: it would not have to look.
     *
     * @return fails on a refusal if there is enough, else when more is granted than there is; what is neither true nor
     *     false fails in any case
     */
    public Consumer<@Nullable Object> checker() {
        if (!isScarce()) {
            return Granted::check;
        }
        AtomicInteger left = new AtomicInteger(count);
        return granted -> {
            if (!(granted instanceof Boolean yes) || (yes && left.getAndDecrement() <= 0)) {
                throw new IllegalStateException("No refusal, though there was nothing left");
            }
        };
    }

    private enum Supply {
        /** A million a second, which is all that a limiter in microseconds has, and what a run takes beyond that. */
        ENOUGH(1_000_000_000, Duration.ofSeconds(1_000)),

        /** And the next one when every run is over. */
        ONE_EACH(1, Duration.ofMinutes(10));

        private final long permits;
        private final Duration period;

        Supply(long permits, Duration period) {
            this.permits = permits;
            this.period = period;
        }
    }
}
