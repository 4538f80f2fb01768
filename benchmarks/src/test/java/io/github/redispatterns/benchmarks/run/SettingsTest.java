package io.github.redispatterns.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.catalog.Catalog;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {

    @Test
    void aQuickRunOfEachNameFitsIntoItsMinute() {
        for (Catalog.Group group : Catalog.all().pick(List.of())) {
            Settings settings = Settings.quick(group.benches());
            Budget budget = Budget.of(group.benches());
            Duration cell = settings.warmUp().plus(settings.round().multipliedBy(settings.rounds()));
            assertThat(cell.multipliedBy(budget.cells()).plus(budget.overhead()))
                    .as(group.name())
                    .isLessThanOrEqualTo(Duration.ofSeconds(57));
            assertThat(settings.rounds()).isGreaterThanOrEqualTo(5);
            assertThat(settings.forks()).isEqualTo(1);
        }
    }

    @Test
    void theTimeIsSharedAmongTheCells() {
        List<Bench> one = Catalog.all().pick(List.of("core/get")).get(0).benches();
        assertThat(Budget.of(one).cells()).isEqualTo(21); // five contenders in four loads, and raw in batches
        assertThat(Settings.quick(one).round()).isBetween(Duration.ofMillis(200), Duration.ofSeconds(1));
        List<Bench> many = Collections.nCopies(4, one.get(0));
        assertThat(Settings.quick(many).round())
                .isLessThan(Settings.quick(one).round().dividedBy(3));
    }

    @Test
    void howeverManyThereAreARoundIsLongEnoughToMeasure() {
        Bench get = Catalog.all().pick(List.of("core/get")).get(0).benches().get(0);
        assertThat(Settings.quick(Collections.nCopies(1000, get)).round()).isEqualTo(Duration.ofMillis(50));
        assertThat(Settings.quick(List.of()).round()).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void aFullRunHasThreeForks() {
        assertThat(Settings.full()).hasToString("3 forks, 5 rounds of 600 ms each after 2000 ms of warm-up");
    }
}
