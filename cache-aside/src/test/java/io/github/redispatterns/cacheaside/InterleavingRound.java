package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.Sync;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One round: some reads and writes of two rows, whose loads and commits hang until the scheduler lets them go. Loads,
 * commits and calls happen in an order that the seed decides; only how the servers and the network mix the commands in
 * between is left to chance.
 */
final class InterleavingRound {

    private static final int STEPS = 14;

    private final List<CacheAside<String>> caches;
    private final String as;
    private final Random random;
    private final LinkedBlockingDeque<Runnable> hanging = new LinkedBlockingDeque<>();
    private final List<CompletableFuture<?>> calls = new ArrayList<>();
    private final Map<String, ModelRow> rows = new HashMap<>();
    private final List<String> names;

    InterleavingRound(List<CacheAside<String>> caches, long seed) {
        this.caches = caches;
        this.as = "seed " + seed;
        this.random = new Random(seed);
        this.names = List.of("a" + seed, "b" + seed);
        names.forEach(name -> rows.put(name, new ModelRow()));
    }

    void play() throws Exception {
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> read(name());
                case 3 -> readAll();
                case 4 -> invalidate(name());
                case 5 -> put(name());
                case 6 -> update(name());
                case 7 -> invalidateAround(name());
                default -> letOneGo();
            }
        }
        CompletableFuture<?> all = CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new));
        while (!all.isDone()) {
            Runnable next = hanging.poll(1, TimeUnit.MILLISECONDS);
            if (next != null) {
                next.run();
            }
        }
        Sync.await(all);
        while (!hanging.isEmpty()) { // refreshes, for which nobody waits
            hanging.take().run();
        }
        for (int twice = 0; twice < 2; twice++) { // each cache looks after its own last fill
            for (CacheAside<String> cache : caches) {
                for (String name : names) {
                    theNewestIsLeft(cache, name);
                }
            }
        }
    }

    private void read(String name) {
        int oldest = row(name).returned(); // a read that begins now may not see anything older
        calls.add(cache().getAsync(name, loader())
                .thenAccept(text -> row(name).check(text, oldest, as))
                .toCompletableFuture());
    }

    private void readAll() {
        Map<String, Integer> oldest = new HashMap<>();
        names.forEach(name -> oldest.put(name, row(name).returned()));
        calls.add(cache().getAllAsync(names, this::loadAll)
                .thenAccept(texts -> names.forEach(name -> row(name).check(texts.get(name), oldest.get(name), as)))
                .toCompletableFuture());
    }

    private AsyncLoader<String> loader() {
        boolean stored = random.nextInt(6) > 0;
        return AsyncLoader.withContext((name, context) -> {
            if (!stored) {
                context.doNotStore();
            }
            String text = row(name).newest();
            return hang(() -> text);
        });
    }

    private CompletionStage<Map<String, String>> loadAll(Collection<String> missing) {
        Map<String, String> texts = new HashMap<>();
        missing.forEach(name -> texts.put(name, row(name).newest()));
        texts.values().removeIf(text -> text == null);
        return hang(() -> texts);
    }

    /** The new row may be none: then the cache must not go on with the old one. */
    private void invalidate(String name) {
        int version = row(name).commit(random.nextInt(3) == 0 ? null : row(name).newText());
        CompletionStage<WriteOutcome> invalidation = cache().invalidateAsync(name);
        returns(name, invalidation, () -> version);
        if (random.nextBoolean()) {
            Sync.await(invalidation);
        }
    }

    /** Between its commit and its return there is no other commit: a put alone cannot know of one. */
    private void put(String name) {
        String text = row(name).newText();
        int version = row(name).commit(text);
        CompletionStage<WriteOutcome> put = cache().putAsync(name, text);
        returns(name, put, () -> version);
        Sync.await(put);
    }

    private void update(String name) {
        String text = row(name).newText();
        int[] version = {0};
        returns(name, cache().updateAsync(name, text, writer(name, text, version)), () -> version[0]);
    }

    private void invalidateAround(String name) {
        String text = random.nextInt(3) == 0 ? null : row(name).newText();
        int[] version = {0};
        returns(name, cache().invalidateAroundAsync(name, writer(name, text, version)), () -> version[0]);
    }

    /** One that fails may have committed all the same. */
    private AsyncWriter writer(String name, String text, int[] version) {
        int fate = random.nextInt(8);
        return () -> hang(() -> {
            if (fate > 0) {
                version[0] = row(name).commit(text);
            }
            if (fate <= 1) {
                throw new WriterFailure();
            }
            return true;
        });
    }

    private void returns(String name, CompletionStage<WriteOutcome> write, Supplier<Integer> version) {
        calls.add(write.handle((outcome, failure) -> {
                    if (failure == null) {
                        assertThat(outcome).as(as).isNotEqualTo(WriteOutcome.PENDING);
                    } else {
                        assertThat(Sync.unwrap(failure)).as(as).isInstanceOf(WriterFailure.class);
                    }
                    row(name).hasReturned(version.get());
                    return outcome;
                })
                .toCompletableFuture());
    }

    private <T> CompletionStage<T> hang(Supplier<T> work) {
        CompletableFuture<T> begun = new CompletableFuture<>();
        hanging.add(() -> {
            try {
                begun.complete(work.get());
            } catch (WriterFailure failure) {
                begun.completeExceptionally(failure);
            }
        });
        return begun;
    }

    private void letOneGo() {
        Runnable next = random.nextBoolean() ? hanging.pollFirst() : hanging.pollLast();
        if (next != null) {
            next.run();
        }
    }

    private void theNewestIsLeft(CacheAside<String> cache, String name) {
        String newest = row(name).newest();
        String left = Sync.await(cache.getAsync(name, key -> CompletableFuture.completedFuture(newest)));
        assertThat(left).as(as).isEqualTo(newest);
    }

    private CacheAside<String> cache() {
        return caches.get(random.nextInt(caches.size()));
    }

    private String name() {
        return names.get(random.nextInt(names.size()));
    }

    private ModelRow row(String name) {
        return rows.get(name);
    }

    /** What a writer fails with here. */
    private static final class WriterFailure extends RuntimeException {

        private static final long serialVersionUID = 1;

        WriterFailure() {
            super("the commit's reply was lost", null, false, false);
        }
    }
}
