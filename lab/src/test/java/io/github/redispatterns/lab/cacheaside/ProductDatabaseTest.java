package io.github.redispatterns.lab.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

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
}
