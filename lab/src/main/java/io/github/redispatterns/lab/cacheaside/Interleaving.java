package io.github.redispatterns.lab.cacheaside;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * One order of the steps of one reader, who reads twice, and of two writers, who each write once.
 *
 * @param steps whose turn it is; a reader's steps are look, load, store, and a writer's are commit, invalidate
 */
record Interleaving(List<Actor> steps) {

    /** Who takes steps. */
    enum Actor {
        READER,
        FIRST_WRITER,
        SECOND_WRITER
    }

    private static final int STEPS_OF_TWO_READS = 6;
    private static final int STEPS_OF_A_WRITE = 2;

    static List<Interleaving> random(long seed, int count) {
        Random random = new Random(seed);
        return Stream.generate(() -> random(random)).limit(count).toList();
    }

    private static Interleaving random(Random random) {
        List<Actor> steps = new ArrayList<>(Collections.nCopies(STEPS_OF_TWO_READS, Actor.READER));
        steps.addAll(Collections.nCopies(STEPS_OF_A_WRITE, Actor.FIRST_WRITER));
        steps.addAll(Collections.nCopies(STEPS_OF_A_WRITE, Actor.SECOND_WRITER));
        Collections.shuffle(steps, random);
        return new Interleaving(List.copyOf(steps));
    }
}
