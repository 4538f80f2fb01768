package io.github.redispatterns.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandStatsTest {

    private static final String BEFORE = """
            # Commandstats
            cmdstat_get:calls=10,usec=20,usec_per_call=2.00,rejected_calls=0,failed_calls=0
            cmdstat_client|setinfo:calls=2,usec=2,usec_per_call=1.00,rejected_calls=0,failed_calls=0
            cmdstat_info:calls=1,usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=0
            """;

    private static final String AFTER = """
            # Commandstats
            cmdstat_get:calls=17,usec=20,usec_per_call=2.00,rejected_calls=0,failed_calls=0
            cmdstat_client|setinfo:calls=2,usec=2,usec_per_call=1.00,rejected_calls=0,failed_calls=0
            cmdstat_evalsha:calls=5,usec=8,usec_per_call=1.00,rejected_calls=0,failed_calls=0
            cmdstat_info:calls=2,usec=19,usec_per_call=9.00,rejected_calls=0,failed_calls=0
            """;

    @Test
    void onlyWhatWasRunInBetweenCountsAndNotTheQuestionItself() {
        assertThat(CommandStats.parse(AFTER).since(CommandStats.parse(BEFORE)).calls())
                .isEqualTo(Map.of("get", 7L, "evalsha", 5L));
    }

    @Test
    void roundsAreAddedUp() {
        CommandStats one = new CommandStats(Map.of("get", 7L));
        assertThat(one.plus(new CommandStats(Map.of("get", 1L, "set", 2L))).calls())
                .isEqualTo(Map.of("get", 8L, "set", 2L));
    }
}
