package io.github.redispatterns.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.lab.run.Experiment;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogTest {

    @Test
    void everyExperimentHasANameOfItsOwnAndAStory() {
        List<Experiment> all = Catalog.all().experiments();
        assertThat(all)
                .extracting(Experiment::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z]+(-[a-z]+)*/[a-z]+(-[a-z]+)*"));
        assertThat(all).allSatisfy(each -> {
            assertThat(each.question()).endsWith("?");
            assertThat(each.naive()).endsWith(".");
            assertThat(each.recipe()).endsWith(".");
        });
    }

    @Test
    void distanceCountsLetters() {
        assertThat(Levenshtein.distance("", "abc")).isEqualTo(3);
        assertThat(Levenshtein.distance("stampede", "stampede")).isZero();
        assertThat(Levenshtein.distance("stampeed", "stampede")).isEqualTo(2);
        assertThat(Levenshtein.distance("lock", "locks")).isEqualTo(1);
    }
}
