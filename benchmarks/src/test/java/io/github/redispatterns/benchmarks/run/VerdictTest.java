package io.github.redispatterns.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.benchmarks.bench.Bound;
import io.github.redispatterns.benchmarks.bench.Load;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private final List<Row> rows = Rows.of("core/get", Samples.four());

    @Test
    void aBoundIsHeldAgainstTheRatioOfItsRow() {
        assertThat(holds(Bound.opsAtLeast("handle", Samples.LOAD, 1.5, "raw"))).isTrue();
        assertThat(holds(Bound.opsAtLeast("handle", Samples.LOAD, 1.51, "raw"))).isFalse();
        assertThat(holds(Bound.p99AtMost("handle", Samples.LOAD, 1, "raw"))).isTrue();
        assertThat(holds(Bound.p99AtMost("peer", Samples.LOAD, 1, "raw"))).isFalse();
        assertThat(holds(Bound.p99AtMost("peer, pool of 4", Samples.LOAD, 1, "raw")))
                .isFalse();
    }

    @Test
    void aBoundMayBeAgainstAPeer() {
        assertThat(holds(Bound.opsAtLeast("handle", Samples.LOAD, 3, "peer"))).isTrue();
        assertThat(holds(Bound.opsAtLeast("handle", Samples.LOAD, 3.01, "peer")))
                .isFalse();
        assertThat(holds(Bound.p99AtMost("handle", Samples.LOAD, 0.5, "peer"))).isTrue();
        assertThat(holds(Bound.p99AtMost("handle", Samples.LOAD, 0.1, "peer"))).isFalse();
        assertThat(Bound.opsAtLeast("handle", Samples.LOAD, 3, "peer")).hasToString("ops ratio to peer >= 3.0");
        assertThat(Bound.p99AtMost("handle", Samples.LOAD, 0.5, "peer")).hasToString("p99 ratio to peer <= 0.5");
    }

    @Test
    void aBoundMayBeOnARowAlone() {
        assertThat(holds(Bound.p50AtMost("handle", Samples.LOAD, 0.81))).isTrue();
        assertThat(holds(Bound.p50AtMost("handle", Samples.LOAD, 0.79))).isFalse();
        assertThat(holds(Bound.readsAtMost("handle", Samples.LOAD, 0.5))).isTrue();
        assertThat(holds(Bound.readsAtMost("handle", Samples.LOAD, 0.4))).isFalse();
        assertThat(holds(Bound.loadsAtMost("handle", Samples.LOAD, 0))).isTrue();
        assertThat(holds(Bound.loadsAtMost("nobody", Samples.LOAD, 0))).isFalse();
        assertThat(Bound.p50AtMost("handle", Samples.LOAD, 60)).hasToString("p50 in ms <= 60.0");
        assertThat(Bound.loadsAtMost("handle", Samples.LOAD, 1)).hasToString("loads/op <= 1.0");
        assertThat(Bound.readsAtMost("handle", Samples.LOAD, 3)).hasToString("reads/op <= 3.0");
    }

    @Test
    void aBoundMayBeOnScriptsAndShares() {
        Load load = Load.rivals(2);
        Usage usage = new Usage(Map.of("evalsha", 2.0, "eval", 0.01, "get", 5.0), 1, 0);
        double uneven = Shares.NONE.plus(List.of(100L, 98L)).unevenness();
        Sample.Who who = new Sample.Who("ours", "ours", "default");
        List<Row> contended = Rows.of(
                "locks/contended", List.of(new Sample(who, load, List.of(1.0), List.of(), usage, uneven, null)));
        assertThat(Verdict.of(
                        "locks/contended",
                        List.of(Bound.scriptsAtMost("ours", load, 2.01), Bound.unevennessAtMost("ours", load, 0.011)),
                        contended))
                .allMatch(Verdict::holds);
        assertThat(Verdict.of(
                        "locks/contended",
                        List.of(Bound.scriptsAtMost("ours", load, 2), Bound.unevennessAtMost("ours", load, 0.01)),
                        contended))
                .noneMatch(Verdict::holds);
        assertThat(Bound.scriptsAtMost("ours", load, 2)).hasToString("scripts/op <= 2.0");
        assertThat(Bound.unevennessAtMost("ours", load, 0.01)).hasToString("uneven <= 0.01");
        assertThat(holds(Bound.unevennessAtMost("handle", Samples.LOAD, 1))).isFalse();
    }

    @Test
    void whatWasNotMeasuredDoesNotHold() {
        assertThat(holds(Bound.opsAtLeast("handle", Load.window(64), 0, "raw"))).isFalse();
        assertThat(holds(Bound.p99AtMost("nobody", Samples.LOAD, 1, "raw"))).isFalse();
    }

    private boolean holds(Bound bound) {
        List<Verdict> verdicts = Verdict.of("core/get", List.of(bound), rows);
        assertThat(verdicts).hasSize(1);
        return verdicts.get(0).holds();
    }
}
