package io.github.redispatterns.benchmarks.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadTest {

    @Test
    void aLoadIsReadAsItIsWritten() {
        for (Load load : List.of(
                Load.threads(16), Load.window(64), Load.batch(256), Load.crowd(64), Load.rivals(8), Load.clients(8))) {
            assertThat(Load.parse(load.toString())).isEqualTo(load);
        }
        assertThat(Load.threads(16)).hasToString("threads 16");
    }

    @Test
    void whoDoesNotWaitIsAlone() {
        assertThat(Load.threads(16).threads()).isEqualTo(16);
        assertThat(Load.window(64).threads()).isEqualTo(1);
        assertThat(Load.batch(256).threads()).isEqualTo(1);
        assertThat(Load.crowd(64).threads()).isEqualTo(64);
        assertThat(Load.rivals(8).threads()).isEqualTo(8);
    }

    @Test
    void onlyWhoIsSaidToHasAClientOfItsOwn() {
        assertThat(Load.threads(16).clients()).isEqualTo(1);
        assertThat(Load.rivals(8).clients()).isEqualTo(1);
        assertThat(Load.clients(8).clients()).isEqualTo(8);
        assertThat(Load.clients(8).threads()).isEqualTo(8);
        assertThat(Load.rivals(8).isContended()).isTrue();
        assertThat(Load.clients(8).isContended()).isTrue();
        assertThat(Load.threads(8).isContended()).isFalse();
    }
}
