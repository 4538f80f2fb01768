package io.github.redispatterns.lab.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.cacheaside.Interleaving.Actor;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterleavingTest {

    @Test
    void theSeedDecidesAll() {
        assertThat(Interleaving.random(7, 100)).isEqualTo(Interleaving.random(7, 100));
        assertThat(Interleaving.random(7, 100)).isNotEqualTo(Interleaving.random(8, 100));
    }

    @Test
    void everyoneTakesAllOfTheirStepsInManyOrders() {
        List<Interleaving> thousand = Interleaving.random(7, 1000);
        assertThat(thousand).allSatisfy(each -> {
            assertThat(Collections.frequency(each.steps(), Actor.READER)).isEqualTo(6);
            assertThat(Collections.frequency(each.steps(), Actor.FIRST_WRITER)).isEqualTo(2);
            assertThat(Collections.frequency(each.steps(), Actor.SECOND_WRITER)).isEqualTo(2);
        });
        assertThat(new HashSet<>(thousand)).hasSizeGreaterThan(500);
    }
}
