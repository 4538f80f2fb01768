package io.github.redispatterns.lab.locks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.lab.equipment.Database;
import io.github.redispatterns.lab.equipment.Parent;
import io.github.redispatterns.lab.locks.Seats.Answer;
import io.github.redispatterns.locks.Acquisition;
import io.github.redispatterns.locks.DistributedLock;
import io.github.redispatterns.locks.Lease;
import io.github.redispatterns.locks.LeaseLostException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a booking service that is frozen between its last look and its write. It is told the setup, then
 * {@code FIRST COUNT}, which seats to lock and to look at, and {@link #BOOK}.
 */
public final class PausedClient {

    /** Books what it has found free; answers how many under a lease, how many of these lost, how many refused. */
    static final String BOOK = "book";

    private static final String ME = "the paused one";

    /**
     * What it needs to know.
     *
     * @param site where the locks are
     * @param database where the seats are
     * @param ttlMillis how long a lease lasts, ms
     */
    record Setup(Site site, Database.Access database, long ttlMillis) {}

    private final Duration ttl;
    private final Redis redis;
    private final NaiveLock naive;
    private final DistributedLock recipe;
    private final Seats seats;
    private final Map<Integer, Lease> leases = new LinkedHashMap<>();
    private Set<Integer> naiveSeats = Set.of();

    private PausedClient(Setup setup) throws SQLException {
        ttl = Duration.ofMillis(setup.ttlMillis());
        redis = setup.site().open();
        naive = new NaiveLock(redis, setup.site().naiveKeys());
        recipe = DistributedLock.create(redis, setup.site().recipeKeys());
        seats = new Seats(setup.database());
    }

    /**
     * Serves its parent.
     *
     * @param args none
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        Parent.serve(new Session());
    }

    private static final class Session implements Parent.Session {

        private @Nullable PausedClient client;

        @Override
        public String answer(String request) throws Exception {
            PausedClient ready = client;
            if (ready == null) {
                client = new PausedClient(new ObjectMapper().readValue(request, Setup.class));
                return Parent.OK;
            }
            if (request.equals(BOOK)) {
                return ready.book();
            }
            String[] words = request.split(" ", 2);
            ready.lockAndLook(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
            return Parent.OK;
        }
    }

    private void lockAndLook(int first, int count) throws SQLException {
        List<CompletionStage<Boolean>> locked = new ArrayList<>();
        Map<Integer, CompletionStage<Acquisition>> acquired = new LinkedHashMap<>();
        for (int seat = first; seat < first + count; seat++) {
            locked.add(naive.tryAcquireAsync(IncrLock.seat(seat), ME, ttl));
            acquired.put(seat, recipe.tryAcquireAsync(IncrLock.seat(seat), ttl));
        }
        if (!locked.stream().allMatch(Sync::await)) {
            throw new IllegalStateException("A lock is not free at first");
        }
        leases.clear();
        acquired.forEach((seat, acquisition) -> {
            if (Sync.await(acquisition) instanceof Acquisition.Acquired held) { // not if it was over when it came
                leases.put(seat, held.lease());
            }
        });
        naiveSeats = seats.free(Answer.NAIVE, first, count);
        leases.keySet().retainAll(seats.free(Answer.RECIPE, first, count));
    }

    private String book() throws SQLException {
        int lost = 0;
        int refused = 0;
        for (int seat : naiveSeats) {
            seats.book(seat, ME);
        }
        for (Map.Entry<Integer, Lease> each : leases.entrySet()) {
            lost += isLost(each.getValue()) ? 1 : 0;
            // It writes all the same: whoever is frozen just after that check does.
            refused += seats.book(each.getKey(), ME, each.getValue().fencingToken()) ? 0 : 1;
        }
        return leases.size() + " " + lost + " " + refused;
    }

    private static boolean isLost(Lease lease) {
        try {
            lease.ensureHeld();
            return false;
        } catch (LeaseLostException e) {
            return true;
        }
    }
}
