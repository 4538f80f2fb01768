package io.github.redispatterns.benchmarks.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogTest {

    private final Catalog catalog = Catalog.all();

    @Test
    void namesAreUniqueAndSayTheModule() {
        assertThat(catalog.benches())
                .extracting(Bench::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z-]+/[a-z-]+"));
        assertThat(catalog.benches()).extracting(Bench::question).allMatch(question -> question.endsWith("?"));
    }

    @Test
    void everyRowOfABenchHasANameOfItsOwnAndALimit() {
        for (RedisBench bench : redisBenches()) {
            assertThat(bench.contenders()).extracting(bench::label).doesNotHaveDuplicates();
            assertThat(bench.loads())
                    .doesNotHaveDuplicates()
                    .allSatisfy(load -> assertThat(bench.contenders(load))
                            .as("%s, %s", bench.name(), load)
                            .extracting(Contender::library)
                            .contains(Contender.RAW));
        }
    }

    @Test
    void aBoundIsOnARowThatThereIs() {
        for (RedisBench bench : redisBenches()) {
            assertThat(bench.bounds()).allSatisfy(bound -> {
                assertThat(bench.loads()).contains(bound.load());
                assertThat(bench.contenders(bound.load()))
                        .extracting(bench::label)
                        .contains(bound.label());
                if (bound.against() != null) {
                    assertThat(bench.contenders(bound.load()))
                            .extracting(Contender::library)
                            .contains(bound.against());
                }
            });
        }
    }

    @Test
    void aModuleStandsForItsBenchesAndNothingIsTakenTwice() {
        assertThat(catalog.pick(List.of()))
                .extracting(Catalog.Group::name)
                .startsWith("core", "cache-aside", "locks", "ratelimit", "near-cache")
                .doesNotHaveDuplicates();
        List<Catalog.Group> groups = catalog.pick(List.of("core/set", "core", "core/get"));
        assertThat(groups).extracting(Catalog.Group::name).containsExactly("core/set", "core");
        assertThat(groups.get(1).benches())
                .extracting(Bench::name)
                .contains("core/get")
                .doesNotContain("core/set");
    }

    @Test
    void anUnknownNameIsToldWithAllThatThereAre() {
        assertThatThrownBy(() -> catalog.pick(List.of("core/gett")))
                .hasMessage(
                        "There is no bench or module \"core/gett\"; the benches are core/get, core/set, core/evalsha,"
                                + " core/keyspace, core/sync, cache-aside/hit, cache-aside/get-all, cache-aside/miss,"
                                + " cache-aside/stampede, locks/uncontended, locks/contended, ratelimit/hot-key,"
                                + " ratelimit/hot-key-refused, ratelimit/many-keys, ratelimit/many-keys-refused,"
                                + " near-cache/hit");
    }

    private List<RedisBench> redisBenches() {
        return catalog.benches().stream()
                .filter(RedisBench.class::isInstance)
                .map(RedisBench.class::cast)
                .toList();
    }
}
