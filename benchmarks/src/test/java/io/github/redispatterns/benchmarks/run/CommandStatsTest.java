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
        CommandStats delta = reading(AFTER, 30).since(reading(BEFORE, 10));
        assertThat(delta.calls()).isEqualTo(Map.of("get", 7L, "evalsha", 5L));
        assertThat(delta.reads()).isEqualTo(18); // without the two of the second reading
    }

    @Test
    void roundsAreAddedUp() {
        CommandStats one = new CommandStats(Map.of("get", 7L), 7);
        CommandStats sum = one.plus(new CommandStats(Map.of("get", 1L, "set", 2L), 2));
        assertThat(sum.calls()).isEqualTo(Map.of("get", 8L, "set", 2L));
        assertThat(sum.reads()).isEqualTo(9);
        assertThat(CommandStats.NONE.plus(one)).isEqualTo(one);
    }

    @Test
    void whatTheServerDoesNotSayIsNotANumber() {
        CommandStats silent = CommandStats.parse(AFTER, "# Stats\r\n");
        assertThat(silent.since(silent).reads()).isNaN();
        assertThat(CommandStats.NONE.plus(silent).reads()).isNaN();
    }

    private static CommandStats reading(String commands, long reads) {
        return CommandStats.parse(
                commands, "# Stats\r\ntotal_commands_processed:99\r\ntotal_reads_processed:" + reads + "\r\n");
    }
}
