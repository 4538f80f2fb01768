package io.github.redispatterns.cacheaside;

import io.github.redispatterns.cacheaside.Inspection.State;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads a key's header for people. */
final class Inspector {

    private final CacheStore store;
    private final ServerClock clock;

    Inspector(CacheStore store, ServerClock clock) {
        this.store = store;
        this.clock = clock;
    }

    CompletionStage<@Nullable Inspection> inspect(String key) {
        CompletionStage<Long> pttl = store.pttl(key);
        return clock.whenKnown()
                .thenCompose(known -> store.read(key))
                .thenCombine(pttl, (record, millis) -> record == null ? null : of(record, millis));
    }

    private Inspection of(byte[] record, long pttlMillis) {
        Duration expiresIn = Duration.ofMillis(Math.max(0, pttlMillis));
        if (!CacheRecord.isEntry(record)) {
            State state = CacheRecord.isLease(record) ? State.LEASED : State.UNREADABLE;
            return new Inspection(state, Duration.ZERO, Duration.ZERO, expiresIn, Duration.ZERO, 0);
        }
        long now = clock.millis();
        long age = Math.max(0, now - CacheRecord.bornMillis(record));
        State state = CacheRecord.isNegative(record)
                ? State.NEGATIVE
                : CacheRecord.refreshUntilMillis(record) > now ? State.REFRESHING : State.VALUE;
        return new Inspection(
                state,
                Duration.ofMillis(age),
                Duration.ofMillis(Math.max(0, CacheRecord.softMillis(record) - age)),
                expiresIn,
                Duration.of(CacheRecord.loadMicros(record), ChronoUnit.MICROS),
                record.length - CacheRecord.HEADER_BYTES);
    }
}
