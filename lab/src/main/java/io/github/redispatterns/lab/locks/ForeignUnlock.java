package io.github.redispatterns.lab.locks;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.locks.Acquisition;
import io.github.redispatterns.locks.DistributedLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The foreign unlock: a holder is late, and what it unlocks is another's. */
public final class ForeignUnlock implements Experiment {

    private static final int ROUNDS = 200;
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 2;

    /** Creates the experiment. */
    public ForeignUnlock() {}

    @Override
    public String name() {
        return "locks/foreign-unlock";
    }

    @Override
    public String question() {
        return "A client unlocks after its lease has ended, when another has the lock. How many clients does the lock let"
                + " in then?";
    }

    @Override
    public String naive() {
        return "SET with NX and PX to lock, DEL to unlock.";
    }

    @Override
    public String recipe() {
        return "Lease.release: it compares the owner's token and deletes in one step, and says whether the lease was still"
                + " its own.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int rounds = context.load().scaled(ROUNDS, 20);
        Site site = Site.of(context);
        try (Redis redis = site.open();
                DistributedLock lock = DistributedLock.create(redis, site.recipeKeys())) {
            NaiveLock plain = new NaiveLock(redis, site.naiveKeys());
            context.progress().at("naive, " + rounds + " late unlocks");
            Seen naive =
                    play(rounds, (seat, ttl) -> plain.tryAcquire(seat, "me", ttl) ? () -> plain.delete(seat) : null);
            context.progress().at("recipe, " + rounds + " late unlocks");
            Seen recipe = play(
                    rounds,
                    (seat, ttl) -> lock.tryAcquire(seat, ttl) instanceof Acquisition.Acquired acquired
                            ? acquired.lease()::release
                            : null);
            return result(rounds, naive, recipe);
        }
    }

    /** How one gets in; null if somebody is inside. */
    private interface Door {
        @Nullable Unlock tryEnter(String seat, Duration ttl);
    }

    /** How one gets out; false if one is told that the lock was not one's own any more. */
    private interface Unlock {
        boolean leave();
    }

    /**
     * What all rounds have shown.
     *
     * @param crowded how often one got in while another was inside, within its lease
     * @param told late clients that were told that they had lost the lock
     * @param free locks that were free when their holder had unlocked in time
     */
    private record Seen(int crowded, int told, int free) {}

    /**
     * In each round a first client's lease ends before it unlocks. A second one gets in, and then the first one unlocks. A
     * third and a fourth one try, before and after the second unlocks, long before the end of its lease.
     */
    private static Seen play(int rounds, Door door) throws InterruptedException {
        List<Unlock> late = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            late.add(Objects.requireNonNull(door.tryEnter(IncrLock.seat(i), SHORT), "It is not free at first"));
        }
        int crowded = 0;
        int told = 0;
        int free = 0;
        for (int i = 0; i < rounds; i++) {
            String seat = IncrLock.seat(i);
            Unlock second = enter(door, seat);
            told += late.get(i).leave() ? 0 : 1;
            Unlock third = door.tryEnter(seat, LONG);
            crowded += third == null ? 0 : 1; // with the second
            second.leave();
            Unlock fourth = door.tryEnter(seat, LONG);
            crowded += third == null || fourth == null ? 0 : 1; // with the third
            free += third == null && fourth != null ? 1 : 0;
        }
        return new Seen(crowded, told, free);
    }

    private static Unlock enter(Door door, String seat) throws InterruptedException {
        Unlock inside = door.tryEnter(seat, LONG);
        while (inside == null) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            inside = door.tryEnter(seat, LONG);
        }
        return inside;
    }

    private static Result result(int rounds, Seen naive, Seen recipe) {
        if (naive.crowded() == 0) {
            throw new NothingShownException("No late DEL let anybody in");
        }
        return new Result(
                "After " + rounds + " late unlocks " + naive.crowded()
                        + " clients got in while another was inside, and " + naive.told()
                        + " of the late ones were told.",
                List.of(
                        new Claim(
                                "clients that got in while another was inside, " + rounds + " late unlocks",
                                naive.crowded(),
                                recipe.crowded(),
                                Bound.atMost(0)),
                        new Claim(
                                "late clients that are told that the lock is not theirs",
                                naive.told(),
                                recipe.told(),
                                Bound.equalTo(rounds)),
                        new Claim(
                                "locks that are free when their holder has unlocked in time",
                                naive.free(),
                                recipe.free(),
                                Bound.equalTo(rounds))));
    }
}
