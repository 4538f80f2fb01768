package io.github.redispatterns.lab.locks;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.lab.equipment.Child;
import io.github.redispatterns.lab.equipment.Database;
import io.github.redispatterns.lab.locks.Seats.Answer;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.locks.Acquisition;
import io.github.redispatterns.locks.DistributedLock;
import io.github.redispatterns.locks.Lease;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The paused holder: a process is frozen past the end of its leases, and goes on as if they were its own. */
public final class PausedHolder implements Experiment {

    private static final int ROUNDS = 1_000;
    /** How many leases the process holds when it is frozen. */
    private static final int SEATS = 125;
    /** Many leases are asked for at once, and each has to last until the process is frozen. */
    private static final Duration TTL = Duration.ofMillis(300);

    /** A JVM's first steps are slow: then many a lease has ended before the process stands still. */
    private static final int SPARE = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 2;
    private static final String OTHER = "the other one";

    /** Creates the experiment. */
    public PausedHolder() {}

    @Override
    public String name() {
        return "locks/paused-holder";
    }

    @Override
    public String question() {
        return "A process holds the lock of a seat, sees that it is free, and is frozen (SIGSTOP) until its lease has ended"
                + " and another has booked the seat. What does it do when it goes on?";
    }

    @Override
    public String naive() {
        return "SET with NX and PX, and a DEL that compares the owner: whoever got the lock books.";
    }

    @Override
    public String recipe() {
        return "DistributedLock, and FencedTable.advance with the lease's fencing token in the transaction that books.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int wanted = context.load().scaled(ROUNDS, SEATS);
        int mostPauses = 3 * wanted / SEATS + SPARE;
        Site site = Site.of(context);
        context.progress().at("starting a JVM");
        try (Database database = Database.start()) {
            Seats.create(database, mostPauses * SEATS);
            PausedClient.Setup setup = new PausedClient.Setup(site, database.remote(), TTL.toMillis());
            try (Child paused = Child.start(PausedClient.class, setup);
                    Other other = new Other(site, database)) {
                paused.answer();
                Tally tally = new Tally();
                while (tally.rounds < wanted && tally.pauses < mostPauses) {
                    context.progress().at("pause " + (tally.pauses + 1) + ", " + tally.rounds + " of " + wanted);
                    pause(paused, other, tally);
                }
                return result(wanted, tally, other.seats);
            }
        }
    }

    private static void pause(Child paused, Other other, Tally tally) throws Exception {
        int first = tally.pauses * SEATS;
        paused.ask(first + " " + SEATS);
        paused.pause();
        paused.tell(PausedClient.BOOK); // it reads that when it goes on
        tally.rounds += other.locked(first);
        other.book(first);
        paused.resume();
        String[] answer = paused.answer().split(" ", 3);
        tally.late += Integer.parseInt(answer[0]);
        tally.lost += Integer.parseInt(answer[1]);
        tally.refused += Integer.parseInt(answer[2]);
        tally.pauses++;
    }

    private static final class Tally {
        private int pauses;
        private int rounds;
        private int late;
        private int lost;
        private int refused;
    }

    private static Result result(int wanted, Tally tally, Seats seats) throws SQLException {
        int naiveTwice = seats.booked(Answer.NAIVE, 2);
        if (naiveTwice == 0) {
            throw new NothingShownException("No seat was booked twice without a fence");
        }
        int all = tally.pauses * SEATS;
        String of = ", " + tally.pauses + " pauses with " + SEATS + " leases each";
        return new Result(
                naiveTwice + " of " + all + " seats were booked twice" + of + ".",
                List.of(
                        new Claim(
                                "seats booked twice" + of, naiveTwice, seats.booked(Answer.RECIPE, 2), Bound.atMost(0)),
                        new Claim(
                                "pairs of seat and pause, lock held when the process stood still",
                                tally.rounds,
                                tally.rounds,
                                Bound.atLeast(wanted)),
                        new Claim(
                                "seats booked",
                                seats.booked(Answer.NAIVE, 1),
                                seats.booked(Answer.RECIPE, 1),
                                Bound.equalTo(all)),
                        new Claim(
                                "late bookings that the fence refused", null, tally.refused, Bound.equalTo(tally.late)),
                        new Claim(
                                "leases that the holder knew to be lost when it went on",
                                null,
                                tally.lost,
                                Bound.equalTo(tally.late))));
    }

    /** Who wants the same seats. */
    private static final class Other implements AutoCloseable {

        private final Redis redis;
        private final NaiveLock naive;
        private final DistributedLock recipe;
        private final Seats seats;

        Other(Site site, Database database) throws SQLException {
            redis = site.open();
            naive = new NaiveLock(redis, site.naiveKeys());
            recipe = DistributedLock.create(redis, site.recipeKeys());
            seats = new Seats(database.local());
        }

        /** How many seats are locked by both answers. Whoever gets a lock by asking leaves it as it is: free soon. */
        int locked(int first) {
            List<CompletionStage<Boolean>> locked = new ArrayList<>();
            for (int seat = first; seat < first + SEATS; seat++) {
                locked.add(naive.tryAcquireAsync(IncrLock.seat(seat), OTHER, TTL)
                        .thenCombine(
                                recipe.tryAcquireAsync(IncrLock.seat(seat), TTL),
                                (got, asked) -> !got && asked instanceof Acquisition.Busy));
            }
            return (int) locked.stream().filter(Sync::await).count();
        }

        void book(int first) throws SQLException, InterruptedException {
            for (int seat = first; seat < first + SEATS; seat++) {
                bookNaive(seat);
                try (Lease lease =
                        recipe.acquire(IncrLock.seat(seat), PATIENCE, PATIENCE).orElseThrow()) {
                    if (!seats.free(Answer.RECIPE, seat, 1).isEmpty()) {
                        seats.book(seat, OTHER, lease.fencingToken());
                    }
                }
            }
        }

        private void bookNaive(int seat) throws SQLException, InterruptedException {
            while (!naive.tryAcquire(IncrLock.seat(seat), OTHER, PATIENCE)) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
            if (!seats.free(Answer.NAIVE, seat, 1).isEmpty()) {
                seats.book(seat, OTHER);
            }
            naive.release(IncrLock.seat(seat), OTHER);
        }

        @Override
        public void close() throws SQLException {
            seats.close();
            recipe.close();
            redis.close();
        }
    }
}
