package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.cacheaside.Loader;
import io.github.redispatterns.lab.cacheaside.Interleaving.Actor;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Where interleavings are played: a reader in a thread of its own, and writers whose steps need none. */
final class Stage implements AutoCloseable {

    private final ProductCache cache;
    private final Products products;
    private final ExecutorService readerThread = Executors.newSingleThreadExecutor();

    Stage(ProductCache cache, Products products) {
        this.cache = cache;
        this.products = products;
    }

    /** Plays one interleaving on a product of its own, which is not in the cache at first. */
    Staleness play(Interleaving interleaving, long id) throws Exception {
        Scene scene = new Scene(id);
        Stepper reader = new Stepper(readerThread, scene::readTwice);
        Map<Actor, Long> committed = new EnumMap<>(Actor.class);
        for (Actor actor : interleaving.steps()) {
            Long version = committed.get(actor);
            if (actor == Actor.READER) {
                reader.step();
            } else if (version == null) {
                committed.put(actor, scene.commit());
            } else {
                scene.invalidate(version);
            }
        }
        reader.finish();
        long cached = cache.get(id, key -> products.load(id)).version();
        return new Staleness(cached < scene.current ? 1 : 0, scene.staleReads);
    }

    @Override
    public void close() {
        readerThread.shutdownNow();
    }

    /** One product's history. Its two threads take turns, and each turn's end happens before the next one's begin. */
    private final class Scene {

        private final long id;
        private long current;
        private long invalidated;
        private long staleReads;

        Scene(long id) {
            this.id = id;
        }

        void readTwice(Stepper.Pause pause) throws Exception {
            Loader<Product> loader = key -> {
                pause.here(); // missed; others may act before the load
                Product product = products.load(id);
                pause.here(); // loaded; others may act before it is stored
                return product;
            };
            read(loader);
            pause.here();
            read(loader);
        }

        private void read(Loader<Product> loader) throws Exception {
            long atLeast = invalidated;
            if (cache.get(id, loader).version() < atLeast) {
                staleReads++;
            }
        }

        long commit() throws Exception {
            products.change(id);
            return ++current;
        }

        void invalidate(long version) {
            cache.invalidate(id);
            invalidated = Math.max(invalidated, version);
        }
    }
}
