package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.limit.Gets;
import io.github.redispatterns.benchmarks.limit.RawSubject;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.SubjectFactory;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Contenders of which one knows beforehand what must come out. */
final class FakeBenches {

    private static final int ROUND_TRIPS = 20;
    private static final int DEADLY = 100;
    private static final int STATUS = 7;

    private FakeBenches() {}

    static List<Bench> all() {
        return List.of(race(), bench("fake/dies", Mortal::new), bench("fake/fails", Failing::new), crowd());
    }

    /** One contender makes twenty round trips where raw makes one. */
    static RedisBench race() {
        return new RedisBench(
                "fake/race",
                "Who wins?",
                List.of(Load.threads(1), Load.window(8), Load.batch(16)),
                List.of(Contender.of("twentyfold", Twentyfold::new).and(Load.Kind.WINDOW), Gets.raw()),
                List.of());
    }

    /** Each of three callers makes a call and a load: so an operation is three of each. */
    static RedisBench crowd() {
        return new RedisBench(
                "fake/crowd",
                "How many are many?",
                List.of(Load.crowd(3)),
                List.of(Contender.of(Contender.RAW, Loading::new).and(Load.Kind.CROWD)),
                List.of());
    }

    static RedisBench dies() {
        return (RedisBench) all().get(1);
    }

    static RedisBench fails() {
        return (RedisBench) all().get(2);
    }

    private static RedisBench bench(String name, SubjectFactory factory) {
        return new RedisBench(
                name,
                "What then?",
                List.of(Load.threads(2)),
                List.of(Gets.raw(), Contender.of("broken", factory)),
                List.of());
    }

    private static final class Twentyfold extends RawSubject {

        private final String key;

        Twentyfold(Place place) {
            super(place);
            key = place.prefix() + ":twentyfold";
        }

        @Override
        public void call(int thread) {
            for (int i = 0; i < ROUND_TRIPS; i++) {
                sync.get(key);
            }
        }

        @Override
        public CompletionStage<?> callAsync() {
            CompletionStage<byte[]> last = async.get(key);
            for (int i = 1; i < ROUND_TRIPS; i++) {
                last = last.thenCompose(reply -> async.get(key));
            }
            return last;
        }
    }

    private static final class Loading extends RawSubject {

        private final AtomicInteger loads = new AtomicInteger();

        Loading(Place place) {
            super(place);
        }

        @Override
        public void call(int thread) {
            sync.ping();
            loads.incrementAndGet();
        }

        @Override
        public long loads() {
            return loads.get();
        }
    }

    /** Takes its JVM along. */
    private static final class Mortal extends RawSubject {

        private final AtomicInteger calls = new AtomicInteger();

        Mortal(Place place) {
            super(place);
        }

        @Override
        public void call(int thread) {
            sync.ping();
            if (calls.incrementAndGet() == DEADLY) {
                Runtime.getRuntime().halt(STATUS);
            }
        }
    }

    private static final class Failing extends RawSubject {

        private final AtomicInteger calls = new AtomicInteger();

        Failing(Place place) {
            super(place);
        }

        @Override
        public void call(int thread) {
            sync.ping();
            if (calls.incrementAndGet() == DEADLY) {
                throw new IllegalStateException("The hundredth");
            }
        }
    }
}
