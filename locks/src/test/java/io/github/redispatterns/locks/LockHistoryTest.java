package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.locks.HistoryEvent.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The judge of {@link LockHistoryIT} finds what it is there to find, and lets pass what is right. */
class LockHistoryTest {

    private static final long MS = 1_000_000;

    private final LockHistory history = new LockHistory(Duration.ZERO);

    @Test
    void aRightHistoryPasses() {
        lease("a", 7, 0, 10, 100);
        event(Kind.EXTENDED, "a", 7, 50, 151);
        event(Kind.SURE, "a", 7, 50, 140);
        event(Kind.RELEASED, "a", 7, 120, 0);
        lease("b", 9, 20, 121, 221); // has waited
        event(Kind.TOLD, "b", 9, 210, 0);
        lease("c", 12, 30, 222, 300); // was killed
        lease("d", 13, 40, 301, 400);
        event(Kind.RENEWED, "d", 13, 302, 0);
        event(Kind.SURE, "d", 13, 600, 650);
        event(Kind.RELEASED, "d", 13, 610, 0);
        history.wrote("r", 7, true);
        history.wrote("r", 9, true);
        history.wrote("r", 9, true);
        history.wrote("r", 7, false);
        history.wrote("s", 1, true);
        assertThat(history.violations()).isEmpty();
        assertThat(history.count("acquired")).isEqualTo(4);
        assertThat(history.count("writes refused")).isEqualTo(1);
        assertThat(history.highestToken("r")).isEqualTo(13);
    }

    @Test
    void anOverlapIsFound() {
        lease("a", 7, 0, 10, 100);
        lease("b", 9, 20, 60, 160);
        assertViolation("two holders for 30 ms"); // until 90, when a is no more sure
    }

    @Test
    void anOverlapWithTheLeaseBeforeTheLastIsFound() {
        lease("a", 7, 0, 10, 500);
        lease("b", 8, 5, 200, 300);
        event(Kind.RELEASED, "b", 8, 210, 0);
        lease("c", 9, 5, 400, 600);
        assertThat(history.violations()).hasSize(2).allMatch(broken -> broken.startsWith("two holders"));
    }

    @Test
    void anOverlapIsExcusedOnlyByALossBetween() {
        history.mayHaveForgotten(95 * MS, 120 * MS);
        lease("a", 7, 0, 10, 200);
        lease("b", 9, 121, 125, 230);
        assertThat(history.violations()).isEmpty();
        assertThat(history.count("two holders, since Redis has forgotten one")).isEqualTo(1);
        lease("c", 11, 126, 130, 300);
        assertViolation("two holders");
    }

    /** It was granted before the loss, to a process that was frozen then. */
    @Test
    void whoLearnsLateOfALeaseThatIsForgottenIsExcused() {
        history.mayHaveForgotten(20 * MS, 30 * MS);
        lease("b", 9, 31, 35, 230);
        lease("a", 7, 0, 40, 200);
        assertThat(history.violations()).isEmpty();
        assertThat(history.count("two holders, since Redis has forgotten one")).isEqualTo(1);
    }

    @Test
    void aTokenThatDecreasesIsFound() {
        lease("a", 9, 0, 10, 100);
        event(Kind.RELEASED, "a", 9, 20, 0);
        lease("b", 7, 5, 30, 100); // asked before: but a's was the first
        assertViolation("acquired after a lease with a higher token");
    }

    @Test
    void aTokenThatDecreasesIsFoundEvenIfRedisHasForgotten() {
        history.mayHaveForgotten(15 * MS, 25 * MS);
        lease("a", 9, 0, 10, 100);
        event(Kind.RELEASED, "a", 9, 12, 0);
        lease("b", 8, 14, 30, 100);
        assertThat(history.violations())
                .hasSize(2)
                .anyMatch(broken -> broken.startsWith("asked for after a lease with a higher token was acquired"))
                .anyMatch(broken -> broken.startsWith("acquired after a lease with a higher token"));
    }

    @Test
    void aTokenGivenTwiceIsFound() {
        lease("a", 9, 0, 10, 100);
        event(Kind.RELEASED, "a", 9, 12, 0);
        lease("b", 9, 14, 30, 100);
        assertViolation("a token given twice");
    }

    @Test
    void aStaleWriteIsFound() {
        history.wrote("r", 9, true);
        history.wrote("s", 7, true);
        history.wrote("r", 7, true);
        assertViolation("a stale write accepted");
    }

    @Test
    void aWriteRefusedWithoutReasonIsFound() {
        history.wrote("r", 9, true);
        history.wrote("r", 9, false);
        assertViolation("a write refused that was not stale");
    }

    @Test
    void aLateLossIsFound() {
        lease("a", 7, 0, 10, 100);
        event(Kind.TOLD, "a", 7, 115, 0);
        assertViolation("told of the loss 15 ms late");
    }

    @Test
    void aLateLossIsFoundByWhatTheServerSays() {
        lease("a", 7, 0, 10, 100);
        event(Kind.LOOKED_UP, "a", 7, 11, 95);
        event(Kind.TOLD, "a", 7, 97, 0);
        assertViolation("told of the loss 2 ms late");
    }

    @Test
    void aLateLossIsExcusedOnlyIfTheProcessWasStopped() {
        lease("a", 7, 0, 10, 100);
        history.add(new HistoryEvent(Kind.STALLED, "pa", "-", "-", 0, 112 * MS, 92 * MS));
        event(Kind.TOLD, "a", 7, 115, 0);
        assertThat(history.violations()).isEmpty();
        event(Kind.TOLD, "a", 7, 125, 0);
        assertViolation("told of the loss 25 ms late, 20 ms of it stopped");
    }

    @Test
    void aLateLossOfARenewedLeaseIsFound() {
        lease("a", 7, 0, 10, 100);
        event(Kind.RENEWED, "a", 7, 11, 0);
        event(Kind.TOLD, "a", 7, 309, 300);
        assertThat(history.violations()).isEmpty();
        lease("b", 9, 310, 320, 400);
        event(Kind.RENEWED, "b", 9, 321, 0);
        event(Kind.TOLD, "b", 9, 517, 500);
        assertViolation("told of the loss 7 ms late");
    }

    @Test
    void whoeverIsSureOfARenewedLeaseForTooLongIsFound() {
        lease("a", 7, 0, 10, 100);
        event(Kind.RENEWED, "a", 7, 11, 0);
        event(Kind.SURE, "a", 7, 50, 140);
        event(Kind.LOOKED_UP, "a", 7, 51, 145);
        event(Kind.LOOKED_UP, "a", 7, 52, 138);
        event(Kind.RELEASED, "a", 7, 60, 0);
        assertViolation("sure of the lease 2 ms past its end on the server");
    }

    /** Few may have had to wait for a processor. */
    @Test
    void tooManyExcusesAreFound() {
        LockHistory busy = new LockHistory(Duration.ofMillis(50));
        for (int i = 0; i < 20; i++) {
            long at = 1_000L * i;
            busy.add(new HistoryEvent(Kind.ASKED, "p", "c" + i, "r", 0, at * MS, 0));
            busy.add(new HistoryEvent(Kind.ACQUIRED, "p", "c" + i, "r", 7 + i, (at + 1) * MS, (at + 100) * MS));
            busy.add(new HistoryEvent(Kind.TOLD, "p", "c" + i, "r", 7 + i, (at + (i < 5 ? 105 : 99)) * MS, 0));
        }
        assertThat(busy.violations()).isEmpty();
        busy.add(new HistoryEvent(Kind.ASKED, "p", "d", "r", 0, 90_000 * MS, 0));
        busy.add(new HistoryEvent(Kind.ACQUIRED, "p", "d", "r", 90, 90_001 * MS, 90_100 * MS));
        busy.add(new HistoryEvent(Kind.TOLD, "p", "d", "r", 90, 90_105 * MS, 0));
        assertThat(busy.violations()).singleElement().asString().startsWith("told late too often");
    }

    @Test
    void aLossOfWhichNobodyIsToldIsFound() {
        lease("a", 7, 0, 10, 100);
        event(Kind.RELEASED, "a", 7, 130, 0);
        assertViolation("told of the loss 30 ms late");
        lease("b", 9, 131, 140, 200);
        event(Kind.NEVER_TOLD, "b", 9, 10_000, 0);
        assertThat(history.violations()).anyMatch(broken -> broken.startsWith("never told"));
    }

    @Test
    void whoeverIsSureForTooLongIsFound() {
        lease("a", 7, 0, 10, 100);
        event(Kind.SURE, "a", 7, 50, 105);
        event(Kind.EXTENDED, "a", 7, 60, 160); // too late an excuse
        event(Kind.RELEASED, "a", 7, 70, 0);
        assertViolation("sure of the lease 5 ms past its end on the server");
    }

    @Test
    void aLineCutShortIsNone() {
        HistoryEvent event = new HistoryEvent(Kind.ACQUIRED, "p", "c", "r", 9, 10, 20);
        assertThat(HistoryEvent.parse(event.line())).isEqualTo(event);
        for (int end = 0; end < event.line().length(); end++) {
            assertThat(HistoryEvent.parse(event.line().substring(0, end))).isNull();
        }
    }

    /** Asked for, acquired, ends on the server; the holder is sure of all but the last 10 ms. */
    private void lease(String client, long fence, long asked, long acquired, long serverEnd) {
        event(Kind.ASKED, client, 0, asked, 0);
        event(Kind.ACQUIRED, client, fence, acquired, serverEnd);
        event(Kind.SURE, client, fence, acquired, serverEnd - 10);
    }

    private void event(Kind kind, String client, long fence, long atMillis, long valueMillis) {
        history.add(new HistoryEvent(kind, "p" + client, client, "r", fence, atMillis * MS, valueMillis * MS));
    }

    private void assertViolation(String what) {
        assertThat(history.violations()).singleElement().asString().startsWith(what);
    }
}
