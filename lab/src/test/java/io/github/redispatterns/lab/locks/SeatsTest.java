package io.github.redispatterns.lab.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.equipment.Database;
import io.github.redispatterns.lab.locks.Seats.Answer;
import org.junit.jupiter.api.Test;

class SeatsTest {

    @Test
    void aSeatCanBeBookedTwiceAndTheFenceRefusesTheOlderToken() throws Exception {
        try (Database database = Database.start()) {
            Seats.create(database, 4);
            try (Seats here = new Seats(database.local());
                    Seats elsewhere = new Seats(database.remote())) {
                assertThat(here.free(Answer.NAIVE, 1, 2)).containsExactlyInAnyOrder(1, 2);
                here.book(1, "a");
                assertThat(elsewhere.free(Answer.NAIVE, 1, 2)).containsExactly(2);
                elsewhere.book(1, "b");
                assertThat(here.booked(Answer.NAIVE, 1)).isEqualTo(1);
                assertThat(here.booked(Answer.NAIVE, 2)).isEqualTo(1);

                assertThat(here.book(1, "a", 8)).isTrue();
                assertThat(elsewhere.book(1, "b", 7)).isFalse();
                assertThat(elsewhere.free(Answer.RECIPE, 0, 4)).containsExactlyInAnyOrder(0, 2, 3);
                assertThat(here.booked(Answer.RECIPE, 1)).isEqualTo(1);
                assertThat(here.booked(Answer.RECIPE, 2)).isZero();
            }
        }
    }
}
