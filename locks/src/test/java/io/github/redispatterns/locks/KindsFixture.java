package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;

/** Several kinds of leases at once under one fault, each on a resource of its own, all on one master. */
abstract class KindsFixture extends LockFaultFixture {

    private static final String OTHER = " other";

    /**
     * A resource that two processes contend for.
     *
     * @param holder gets it first, in a process that does not wait long for Redis
     * @param rival is kept out meanwhile, in another
     */
    record Seat(Kind kind, String name, DistributedLock holder, DistributedLock rival) {

        /** Elsewhere, and free. */
        String other() {
            return name + OTHER;
        }
    }

    final List<Seat> seats = new ArrayList<>();

    /** A test's step that every kind takes. */
    interface EachStep<T> {
        T of(Seat seat) throws Exception;
    }

    /** Those that the class is about. */
    Set<Kind> kinds() {
        return EnumSet.complementOf(EnumSet.of(Kind.LOCK));
    }

    @BeforeEach
    void openSeats() {
        RedisNode first = deployment.masters().get(0);
        Redis second = hastyHandle();
        for (Kind kind : kinds()) {
            String name = Stream.iterate(1, i -> i + 1)
                    .map(i -> kind + " " + i)
                    .filter(free ->
                            master(free).equals(first) && master(free + OTHER).equals(first))
                    .findFirst()
                    .orElseThrow();
            Seat seat = new Seat(kind, name, closing(kind.holder(quick, keys)), closing(kind.rival(second, keys)));
            for (DistributedLock one : List.of(seat.holder, seat.rival)) { // it listens, and every script is known
                acquired(one.acquire(name, TTL, WAIT)).close();
            }
            seats.add(seat);
        }
    }

    final <T> List<T> each(EachStep<T> step) throws Exception {
        List<T> all = new ArrayList<>();
        for (Seat seat : seats) {
            all.add(step.of(seat));
        }
        return all;
    }

    /** Of every seat, by its holder. */
    final List<Lease> held(Duration ttl) throws Exception {
        return each(seat -> acquired(seat.holder.tryAcquire(seat.name, ttl)));
    }

    /** Behind the holders. */
    final List<CompletableFuture<Acquisition>> rivals() throws Exception {
        return each(seat -> {
            CompletableFuture<Acquisition> waiting = waiting(seat.rival, seat.name);
            awaitQueued(seat.name, 1);
            return waiting;
        });
    }

    /** Each got its lease, with a greater fencing token than the holder's, and it is the only one. */
    final void areTheNext(List<Lease> before, List<CompletableFuture<Acquisition>> waiting) throws Exception {
        for (int i = 0; i < seats.size(); i++) {
            Lease next = got(waiting.get(i));
            assertThat(next.fencingToken())
                    .as(seats.get(i).name)
                    .isGreaterThan(before.get(i).fencingToken());
            isTheOneLease(seats.get(i), next);
        }
    }

    /** All at once, and each asks twice. */
    final void othersAreRefusedInTime() throws Exception {
        assertThat(timed(() -> each(seat ->
                                seat.holder.tryAcquireAsync(seat.other(), TTL).toCompletableFuture())
                        .forEach(asking ->
                                assertThatThrownBy(asking::join).hasCauseInstanceOf(PatternsException.class))))
                .isLessThan(TIMEOUT.multipliedBy(2).plusMillis(200).plus(NOISE));
    }

    /** Whatever was granted too late was given back. */
    final void othersAreFree() {
        seats.forEach(seat -> isFree(seat, seat.other(), 0));
    }

    /** Redis holds this lease and no other, nobody waits, and the next one's fencing token is greater. */
    final void isTheOneLease(Seat seat, Lease lease) {
        lease.ensureHeld();
        assertThat(fences(seat)).as(seat.name).containsExactly(lease.fencingToken());
        assertThat(queued(seat.name)).as(seat.name).isZero();
        assertThat(lease.release()).as(seat.name).isTrue();
        isFree(seat, seat.name, lease.fencingToken());
    }

    /** Soon and for both; and the next lease has a greater fencing token. */
    final void isFree(Seat seat, String resource, long fence) {
        for (DistributedLock one : List.of(seat.rival, seat.holder)) {
            Lease[] next = new Lease[1];
            Awaitility.await(resource + " is free")
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(RECOVERY)
                    .ignoreExceptions()
                    .until(() -> one.tryAcquire(resource, TTL) instanceof Acquisition.Acquired got
                            && (next[0] = got.lease()) != null);
            assertThat(next[0].fencingToken()).as(resource).isGreaterThan(fence);
            assertThat(next[0].release()).as(resource).isTrue();
        }
    }

    /** Of the leases that Redis knows of. */
    private List<Long> fences(Seat seat) {
        if (seat.kind == Kind.LOCK) {
            return Sync.await(store.watch(keys.key(seat.name), LeaseStore.NOBODY)).holders().stream()
                    .map(Sighting.Holder::fence)
                    .toList();
        }
        return queued(seat.name, "=").stream()
                .map(field -> Long.parseLong(fields(seat.name).get(field).split(" ", -1)[1]))
                .toList();
    }
}
