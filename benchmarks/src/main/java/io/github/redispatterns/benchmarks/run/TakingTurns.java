package io.github.redispatterns.benchmarks.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The order of the contenders in a round: counterbalancing, as experiments with people have it. None is always first, nor
 * always after the same other, so that no place is an advantage.
 */
final class TakingTurns {

    private TakingTurns() {}

    /** Every second round is the one before it backwards, and every pair of rounds begins one further on. */
    static <T> List<T> order(List<T> contenders, int round) {
        List<T> order = new ArrayList<>(contenders);
        Collections.rotate(order, -(round / 2));
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }
}
