package io.github.redispatterns.lab.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.sql.SQLException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProductDatabaseTest {

    @Test
    void theDatabaseCountsItsQueriesWhereverTheyComeFrom() throws Exception {
        try (ProductDatabase database = ProductDatabase.start();
                Products here = new Products(database.local(), 2, 20);
                Products elsewhere = new Products(database.remote(), 2, 0)) {
            Product product = database.insert(1, "a");
            long begin = System.nanoTime();
            assertThat(here.load(1)).isEqualTo(product);
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(20_000_000);
            assertThat(elsewhere.load(1)).isEqualTo(product);
            elsewhere.change(1);
            assertThat(here.load(1)).isEqualTo(new Product(1, "a", 1));
            assertThat(database.queries()).isEqualTo(3);
        }
    }

    @Test
    void twoDatabasesCountApart() throws Exception {
        try (ProductDatabase one = ProductDatabase.start();
                ProductDatabase other = ProductDatabase.start();
                Products products = new Products(one.local(), 1, 0)) {
            one.insert(1, "a");
            products.load(1);
            assertThat(one.queries()).isEqualTo(1);
            assertThat(other.queries()).isZero();
        }
    }

    @Test
    void oneQueryForManyProductsCountsOnceAndSoDoesOneThatFindsNothing() throws Exception {
        try (ProductDatabase database = ProductDatabase.start();
                Products products = new Products(database.local(), 1, 0)) {
            database.insertNumbered(100);
            assertThat(products.findAll(Set.of(0L, 7L, 99L, 100L)))
                    .containsOnly(
                            entry(0L, ProductDatabase.numbered(0)),
                            entry(7L, ProductDatabase.numbered(7)),
                            entry(99L, ProductDatabase.numbered(99)));
            assertThat(database.queries()).isEqualTo(1);
            assertThat(products.find(100)).isNull();
            assertThat(products.find(100)).isNull();
            assertThat(database.queries()).isEqualTo(3);
            assertThatThrownBy(() -> products.load(100)).isInstanceOf(SQLException.class);
            assertThat(database.log().mostAtOnce()).isEqualTo(1);
        }
    }
}
