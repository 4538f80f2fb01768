package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.RedisTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many readers or one writer, and who goes first. */
@RedisTest
class DistributedReadWriteLockIT extends SharesFixture {

    private static final Duration SHORT = Duration.ofMillis(300);

    private DistributedReadWriteLock books;

    @BeforeEach
    void create() {
        books = readWriteLock(redis);
    }

    @Test
    void manyReadersOrOneWriter() {
        DistributedReadWriteLock others = readWriteLock(handle());
        Lease first = acquired(books.readLock().tryAcquire("seat", TTL));
        Lease second = acquired(others.readLock().tryAcquire("seat", TTL.multipliedBy(2)));
        assertThat(others.writeLock().tryAcquire("seat", TTL))
                .isInstanceOfSatisfying(
                        Acquisition.Busy.class,
                        busy -> assertThat(busy.holderRemaining()).isBetween(first.remaining(), TTL));
        assertThat(first.release()).isTrue();
        assertThat(others.writeLock().tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(second.release()).isTrue();
        Lease writer = acquired(others.writeLock().tryAcquire("seat", TTL));
        assertThat(books.readLock().tryAcquire("seat", TTL))
                .isInstanceOfSatisfying(
                        Acquisition.Busy.class,
                        busy -> assertThat(busy.holderRemaining()).isBetween(writer.remaining(), TTL));
        assertThat(books.writeLock().tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
        assertThat(writer.release()).isTrue();
        assertThat(writer.release()).isTrue();
        assertThat(List.of(first, second, writer).stream().map(Lease::fencingToken))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(acquired(books.readLock().tryAcquire("other", TTL)).release())
                .isTrue();
    }

    /** To read several is to read each: nobody is kept out but writers. */
    @Test
    void severalMayBeReadByManyAndWrittenByOne() {
        DistributedReadWriteLock others = readWriteLock(handle());
        List<String> both = List.of("a", "b");
        LeaseOptions waiting = LeaseOptions.builder(TTL).maxWait(SHORT).build();
        MultiLease first =
                books.readLock().acquireAll(both, LeaseOptions.ofTtl(TTL)).orElseThrow();
        MultiLease second = others.readLock().acquireAll(both, waiting).orElseThrow();
        assertThat(others.writeLock().acquireAll(both, waiting)).isInstanceOf(MultiAcquisition.Refused.class);
        assertThat(first.release()).isTrue();
        assertThat(second.release()).isTrue();
        MultiLease writer = others.writeLock().acquireAll(both, waiting).orElseThrow();
        assertThat(books.readLock().acquireAll(both, LeaseOptions.ofTtl(TTL)))
                .isInstanceOf(MultiAcquisition.Refused.class);
        assertThat(writer.release()).isTrue();
    }

    @Test
    void writersGoFirstThenAllReadersAtOnce() throws Exception {
        DistributedReadWriteLock others = readWriteLock(handle());
        Lease reader = acquired(books.readLock().tryAcquire("seat", TTL));
        CompletableFuture<Lease> writer = leased(others.writeLock().acquireAsync("seat", TTL, WAIT));
        awaitQueue("seat", 1);
        assertThat(books.readLock().tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
        List<CompletableFuture<Lease>> readers = IntStream.range(0, 10)
                .mapToObj(i -> leased((i % 2 == 0 ? books : others).readLock().acquireAsync("seat", TTL, WAIT)))
                .toList();
        awaitQueue("seat", 11);
        CompletableFuture<Lease> nextWriter = leased(books.writeLock().acquireAsync("seat", TTL, WAIT));
        awaitQueue("seat", 12);

        assertThat(reader.release()).isTrue();
        Lease firstWriter = writer.get(500, TimeUnit.MILLISECONDS);
        assertThat(nextWriter).isNotDone();
        assertThat(firstWriter.release()).isTrue();
        Lease secondWriter = nextWriter.get(500, TimeUnit.MILLISECONDS);
        assertThat(readers).noneMatch(CompletableFuture::isDone);
        assertThat(secondWriter.release()).isTrue();
        CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new)).get(500, TimeUnit.MILLISECONDS);
        List<Lease> inside = readers.stream().map(CompletableFuture::join).toList();
        assertThat(books.writeLock().tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);

        assertThat(Stream.of(reader, firstWriter, secondWriter).map(Lease::fencingToken))
                .isSorted();
        assertThat(inside.stream().map(Lease::fencingToken))
                .doesNotHaveDuplicates()
                .allMatch(fence -> fence > secondWriter.fencingToken());
        assertThat(inside).allMatch(Lease::release);
        Awaitility.await().until(() -> counted("grants", "trigger", "push") == 12);
        assertThat(acquired(books.writeLock().tryAcquire("seat", TTL)).release())
                .isTrue();
    }

    @Test
    void aWriterThatWaitsNoMoreLetsTheReadersIn() throws Exception {
        Lease reader = acquired(books.readLock().tryAcquire("seat", TTL));
        CompletableFuture<Acquisition> writer = readWriteLock(handle())
                .writeLock()
                .acquireAsync("seat", TTL, WAIT)
                .toCompletableFuture();
        awaitQueue("seat", 1);
        CompletableFuture<Lease> second = leased(books.readLock().acquireAsync("seat", TTL, WAIT));
        awaitQueue("seat", 2);
        assertThat(writer.cancel(false)).isTrue();
        Lease got = second.get(700, TimeUnit.MILLISECONDS);
        awaitQueue("seat", 0);
        assertThat(acquired(books.readLock().tryAcquire("seat", TTL)).release()).isTrue();

        assertThat(books.writeLock().acquire("seat", TTL, SHORT)).isInstanceOf(Acquisition.TimedOut.class);
        awaitQueue("seat", 0);
        assertThat(acquired(books.readLock().tryAcquire("seat", TTL)).release()).isTrue();
        assertThat(List.of(reader, got)).allMatch(Lease::release);
        assertThat(fields("seat")).containsEntry("used", "0");
        assertThat(queued("seat", "=")).isEmpty();
    }

    @Test
    void aDeadWriterInTheQueueIsPassedOver() throws Exception {
        Lease reader = acquired(books.readLock().tryAcquire("seat", TTL));
        ShareStore dead = store();
        Request request = new Request(keys.key("seat"), "w-dead", 30_000, "w");
        assertThat(Sync.await(dead.acquire(request, "deaddead"))).isInstanceOf(Answer.Refused.class);
        awaitQueue("seat", 1);
        assertThat(books.readLock().tryAcquire("seat", TTL)).isInstanceOf(Acquisition.Busy.class);
        CompletableFuture<Lease> second = leased(books.readLock().acquireAsync("seat", TTL, WAIT));
        awaitQueue("seat", 2);
        assertThat(second).isNotDone();
        admin("seat", c -> c.hset(keys.key("seat"), "@deaddead", "1"));
        Lease got = second.get(2, TimeUnit.SECONDS);
        assertThat(Sync.await(dead.acquire(request, "deaddead"))).isInstanceOf(Answer.Refused.class);
        admin("seat", c -> c.hset(keys.key("seat"), "@deaddead", "1"));
        Lease third = acquired(books.readLock().tryAcquire("seat", TTL)); // who does not wait finds out as well
        assertThat(List.of(reader, got, third)).allMatch(Lease::release);
        assertThat(acquired(books.writeLock().tryAcquire("seat", TTL)).release())
                .isTrue();
    }

    @Test
    void aDeadHolderIsPassedOverWhenItsLeaseEnds() {
        Lease dead = acquired(books.readLock().tryAcquire("seat", SHORT));
        Lease writer = acquired(readWriteLock(handle()).writeLock().acquire("seat", SHORT, WAIT));
        assertThat(writer.fencingToken()).isGreaterThan(dead.fencingToken());
        assertThat(dead.extend(TTL)).isFalse();
        Lease next = acquired(books.readLock().acquire("seat", TTL, WAIT)); // nobody has closed the writer's
        assertThat(writer.release()).isFalse();
        assertThat(next.release()).isTrue();

        acquired(books.writeLock().tryAcquire("seat", SHORT));
        Awaitility.await()
                .untilAsserted(() -> assertThat(books.writeLock().tryAcquire("seat", SHORT))
                        .isInstanceOf(Acquisition.Acquired.class));
    }

    @Test
    void whatPushHasLostIsFoundByLooking() throws Exception {
        Lease writer = acquired(readWriteLock(mute()).writeLock().tryAcquire("seat", TTL));
        List<CompletableFuture<Lease>> readers = IntStream.range(0, 3)
                .mapToObj(i -> leased(books.readLock().acquireAsync("seat", TTL, WAIT)))
                .toList();
        awaitQueue("seat", 3);
        assertThat(writer.release()).isTrue();
        awaitQueue("seat", 0);
        for (CompletableFuture<Lease> reader : readers) {
            assertThat(reader.get(3, TimeUnit.SECONDS).release()).isTrue();
        }
        Awaitility.await().until(() -> counted("grants", "trigger", "poll") == 3); // counted once it is told
    }

    @Test
    void neitherOverlapsAWriterUnderThreads() {
        AtomicInteger readers = new AtomicInteger();
        AtomicInteger writers = new AtomicInteger();
        AtomicInteger mostReaders = new AtomicInteger();
        List<String> overlaps = Collections.synchronizedList(new ArrayList<>());
        List<Long> fences = Collections.synchronizedList(new ArrayList<>());
        List<Redis> handles = IntStream.range(0, 4).mapToObj(i -> handle()).toList();
        List<CompletableFuture<Void>> all = IntStream.range(0, 8)
                .mapToObj(i -> {
                    DistributedReadWriteLock mine = readWriteLock(handles.get(i / 2));
                    boolean writes = i % 4 == 0;
                    DistributedLock lock = writes ? mine.writeLock() : mine.readLock();
                    AtomicInteger inside = writes ? writers : readers;
                    return CompletableFuture.runAsync(
                            () -> {
                                for (int round = 0; round < 50; round++) {
                                    try (Lease lease = acquired(lock.acquire("seat", TTL, WAIT))) {
                                        inside.incrementAndGet();
                                        fences.add(lease.fencingToken());
                                        int w = writers.get();
                                        int r = readers.get();
                                        if (w > 1 || (w == 1 && r > 0)) {
                                            overlaps.add(w + " writers, " + r + " readers");
                                        }
                                        mostReaders.accumulateAndGet(r, Math::max);
                                        assertThat(lease.extend(TTL)).isTrue();
                                        inside.decrementAndGet();
                                    }
                                }
                            },
                            threads);
                })
                .toList();
        all.forEach(CompletableFuture::join);
        assertThat(overlaps).isEmpty();
        assertThat(mostReaders).hasValueGreaterThan(1);
        assertThat(fences).hasSize(400).doesNotHaveDuplicates();
        awaitQueue("seat", 0);
        assertThat(fields("seat")).containsEntry("used", "0");
    }

    @Test
    void readersWhoKeepComingDoNotStarveAWriter() {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger reads = new AtomicInteger();
        List<CompletableFuture<Void>> readers = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> {
                            Lease last = acquired(books.readLock().acquire("seat", TTL, WAIT));
                            while (!over.get()) { // never nobody, unless a writer waits
                                Acquisition next = books.readLock().tryAcquire("seat", TTL);
                                last.close();
                                last = next instanceof Acquisition.Acquired acquired
                                        ? acquired.lease()
                                        : acquired(books.readLock().acquire("seat", TTL, WAIT));
                                reads.incrementAndGet();
                            }
                            last.close();
                        },
                        threads))
                .toList();
        DistributedLock writing = readWriteLock(handle()).writeLock();
        for (int round = 0; round < 20; round++) {
            int before = reads.get();
            Awaitility.await().until(() -> reads.get() > before + 4);
            Lease writer = acquired(writing.acquire("seat", TTL, Duration.ofSeconds(5)));
            assertThat(writer.release()).isTrue();
        }
        over.set(true);
        readers.forEach(CompletableFuture::join);
    }

    @Test
    void aLeaseIsExtendedAndKeptAsTheLocksIs() {
        LeaseOptions kept =
                LeaseOptions.builder(SHORT.multipliedBy(3)).minHold(SHORT).build();
        Lease reader = acquired(books.readLock().acquire("seat", kept));
        assertThat(reader.extend(TTL)).isTrue();
        assertThat(reader.remaining()).isGreaterThan(TTL.minusSeconds(5));
        assertThat(reader.release()).isTrue();
        assertThat(books.writeLock().tryAcquire("seat", TTL))
                .isInstanceOfSatisfying(
                        Acquisition.Busy.class,
                        busy -> assertThat(busy.holderRemaining()).isLessThanOrEqualTo(SHORT));
        assertThat(acquired(books.writeLock().acquire("seat", TTL, WAIT)).release())
                .isTrue();
    }

    @Test
    void whoIsRefusedHearsOfTheExtendedLease() {
        Lease writer = acquired(books.writeLock().tryAcquire("seat", SHORT));
        assertThat(writer.extend(TTL)).isTrue();
        assertThat(books.readLock().tryAcquire("seat", TTL))
                .isInstanceOfSatisfying(
                        Acquisition.Busy.class,
                        busy -> assertThat(busy.holderRemaining()).isBetween(writer.remaining(), TTL));
        assertThat(writer.release()).isTrue();
    }

    @Test
    void theSameTokenIsAnotherRequestInTheOtherMode() {
        Lease reader = acquired(books.readLock().acquire("seat", withToken("T")));
        assertThat(acquired(books.readLock().acquire("seat", withToken("T"))).fencingToken())
                .isEqualTo(reader.fencingToken());
        assertThat(books.writeLock().acquire("seat", withToken("T"))).isInstanceOf(Acquisition.Busy.class);
        assertThat(reader.release()).isTrue();
        assertThat(acquired(books.writeLock().acquire("seat", withToken("T"))).release())
                .isTrue();
    }

    @Test
    void whoCameBackWithItsTokenGetsItsPlaceBack() throws Exception {
        Lease writer = acquired(books.writeLock().tryAcquire("seat", TTL));
        assertThat(Sync.await(store().acquire(new Request(keys.key("seat"), "rT", TTL.toMillis(), "r"), "deaddead")))
                .isInstanceOf(Answer.Refused.class); // then its process died
        CompletableFuture<Lease> again = leased(books.readLock()
                .acquireAsync(
                        "seat",
                        LeaseOptions.builder(TTL)
                                .requestToken("T")
                                .maxWait(WAIT)
                                .build()));
        Awaitility.await().until(() -> queued("seat", "@").size() == 2);
        awaitQueue("seat", 1);
        admin("seat", c -> c.hset(keys.key("seat"), "@deaddead", "1"));
        assertThat(writer.release()).isTrue();
        assertThat(again.get(900, TimeUnit.MILLISECONDS).release()).isTrue();
    }

    @Test
    void theTwoAreClosedTogether() {
        Lease writer = acquired(books.writeLock().tryAcquire("seat", TTL));
        CompletableFuture<Lease> reader = leased(books.readLock().acquireAsync("seat", TTL, WAIT));
        awaitQueue("seat", 1);
        books.close();
        assertThatThrownBy(reader::join).hasRootCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> books.writeLock().acquire("seat", TTL, WAIT))
                .isInstanceOf(IllegalStateException.class);
        assertThat(writer.release()).isTrue();
    }

    private DistributedReadWriteLock readWriteLock(Redis handle) {
        return closing(DistributedReadWriteLock.create(handle, keys));
    }

    private ShareStore store() {
        return new ShareStore(
                redis,
                LockOptions.defaults(),
                DistributedReadWriteLock.PERMITS,
                DistributedReadWriteLock.WRITE,
                DistributedReadWriteLock.READ);
    }
}
