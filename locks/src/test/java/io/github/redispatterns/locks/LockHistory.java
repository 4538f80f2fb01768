package io.github.redispatterns.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * What several processes did with some locks, and whether a mutex with leases could have done so. Whatever cannot be
 * known from outside is taken in the lock's favour: a lease begins when its holder has learned of it, and ends when the
 * holder begins to give it back, is told of its loss, or can no more be sure of it.
 */
final class LockHistory {

    private static final long NOT_YET = Long.MAX_VALUE;
    /** What a lease keeps back, at the least. */
    private static final long MARGIN_NANOS = 10_000_000;
    /** At most this share of those who were told may have had to wait for a processor. */
    private static final int EXCUSED_SHARE = 4;

    private static final int EXCUSED_LEAST = 3;

    private static final String EXCUSED = "told late by a thread that had to wait for a processor";

    private final long busyNanos;
    private final Collection<HistoryEvent> events = new ConcurrentLinkedQueue<>();
    private final Collection<Write> writes = new ConcurrentLinkedQueue<>();
    private final Collection<Span> forgetful = new ConcurrentLinkedQueue<>();
    private final Set<String> violations = new LinkedHashSet<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private Map<String, List<Span>> stalls = Map.of();

    /** {@code busy}: what a busy machine may take to run a thread whose time has come, and another that it calls. */
    LockHistory(Duration busy) {
        this.busyNanos = busy.toNanos();
    }

    void add(HistoryEvent event) {
        events.add(event);
    }

    /** In the order in which the guarded store has decided. */
    void wrote(String resource, long fence, boolean accepted) {
        writes.add(new Write(resource, fence, accepted));
    }

    /** Redis may have lost what it had confirmed: then two may hold a lock at once, but only then. */
    void mayHaveForgotten(long from, long to) {
        forgetful.add(new Span(from, to));
    }

    /** Empty if all is well. */
    List<String> violations() {
        violations.clear();
        counts.clear();
        stalls = events.stream()
                .filter(event -> event.kind() == HistoryEvent.Kind.STALLED)
                .collect(Collectors.groupingBy(
                        HistoryEvent::process,
                        Collectors.mapping(event -> new Span(event.value(), event.at()), Collectors.toList())));
        leases().forEach((resource, leases) -> {
            leases.forEach(this::checkEnd);
            checkOrder(leases);
            checkOverlaps(leases);
        });
        checkWrites();
        int excused = count(EXCUSED);
        if (excused > Math.max(EXCUSED_LEAST, count("told") / EXCUSED_SHARE)) {
            broken("told late too often to be excused", excused + " of " + count("told"));
        }
        return List.copyOf(violations);
    }

    /** What there was to check. */
    String summary() {
        return counts.toString();
    }

    int count(String what) {
        return counts.getOrDefault(what, 0);
    }

    long highestToken(String resource) {
        return events.stream()
                .filter(event -> event.resource().equals(resource))
                .mapToLong(HistoryEvent::fence)
                .max()
                .orElse(0);
    }

    private Map<String, List<Held>> leases() {
        Map<String, Held> open = new HashMap<>();
        Map<String, Long> asked = new HashMap<>();
        Map<String, List<Held>> leases = new TreeMap<>();
        List<HistoryEvent> inOrder = new ArrayList<>(events);
        inOrder.sort(Comparator.comparingLong(HistoryEvent::at)); // stable: each client has written in its order
        for (HistoryEvent event : inOrder) {
            String lease = event.resource() + " " + event.fence();
            switch (event.kind()) {
                case STALLED, REPEATED -> {}
                case ASKED -> asked.put(event.client(), event.at());
                case ACQUIRED -> {
                    Held held = new Held(event, asked.get(event.client()));
                    if (open.put(lease, held) != null) {
                        broken("a token given twice", held);
                    }
                    leases.computeIfAbsent(event.resource(), same -> new ArrayList<>())
                            .add(held);
                }
                default -> {
                    Held held = open.get(lease);
                    if (held == null) {
                        broken("an event of a lease that nobody has acquired before", event);
                    } else {
                        held.then(event);
                    }
                }
            }
            count(event.kind().name().toLowerCase(Locale.ROOT), 1);
        }
        return leases;
    }

    /** Its holder cannot think that it lasts longer than it does, and is told in time if it runs. */
    private void checkEnd(Held held) {
        if (held.tooSure > 0) {
            broken("sure of the lease " + millis(held.tooSure) + " past its end on the server", held);
        }
        if (held.neverTold) {
            broken("never told of the loss", held);
        }
        long known = Math.min(held.told, held.released);
        if (known == NOT_YET || known <= held.serverEnd) {
            return; // killed, or in time
        }
        long late = known - held.serverEnd;
        long stalled = stalls.getOrDefault(held.process, List.of()).stream()
                .mapToLong(stall -> stall.within(held.sureUntil, known))
                .sum();
        if (stalled >= late) {
            count("told late by a process that was itself stopped", 1);
        } else if (late - stalled < busyNanos) {
            count(EXCUSED, 1);
        } else {
            broken("told of the loss " + millis(late) + " late, " + millis(stalled) + " of it stopped", held);
        }
    }

    private void checkOrder(List<Held> leases) {
        List<Held> byToken = new ArrayList<>(leases);
        byToken.sort(Comparator.comparingLong(held -> held.fence));
        long latestAsked = Long.MIN_VALUE; // of those with a lower token
        Held latest = null;
        for (Held held : byToken) {
            if (held.acquired < latestAsked) {
                broken("asked for after a lease with a higher token was acquired", latest, held);
            }
            if (latest != null && held.acquired < latest.acquired && !mayBeForgotten(latest, held)) {
                broken("acquired after a lease with a higher token", latest, held);
            }
            latestAsked = Math.max(latestAsked, held.asked);
            latest = latest == null || held.acquired > latest.acquired ? held : latest;
        }
    }

    private void checkOverlaps(List<Held> leases) {
        Held longest = null;
        for (Held held : leases) { // as they were acquired
            if (longest != null && held.acquired < longest.end()) {
                if (mayBeForgotten(longest, held)) {
                    count("two holders, since Redis has forgotten one", 1);
                } else {
                    broken(
                            "two holders for " + millis(Math.min(longest.end(), held.end()) - held.acquired),
                            longest,
                            held);
                }
            }
            longest = longest == null || held.end() > longest.end() ? held : longest;
        }
    }

    /** The older of the two, whose holder may have learned of it after the newer one's had theirs. */
    private boolean mayBeForgotten(Held one, Held other) {
        Held older = one.fence < other.fence ? one : other;
        Held newer = one.fence < other.fence ? other : one;
        return forgetful.stream().anyMatch(span -> span.within(older.asked, newer.acquired) > 0);
    }

    private void checkWrites() {
        Map<String, Long> highest = new HashMap<>();
        for (Write write : writes) {
            long before = highest.getOrDefault(write.resource, 0L);
            if (write.accepted && write.fence < before) {
                broken("a stale write accepted, after token " + before, write);
            } else if (!write.accepted && write.fence >= before) {
                broken("a write refused that was not stale, after token " + before, write);
            }
            highest.merge(write.resource, write.accepted ? write.fence : 0, Math::max);
            count(write.accepted ? "writes accepted" : "writes refused", 1);
        }
    }

    private void broken(String what, Object... whose) {
        violations.add(what + ": " + List.of(whose));
    }

    private void count(String what, int more) {
        counts.merge(what, more, Integer::sum);
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    /** One lease as its holder saw it. */
    private static final class Held {

        final String process;
        final String client;
        final String resource;
        final long fence;
        final long asked;
        final long acquired;
        long sureUntil;
        long serverEnd;
        long told = NOT_YET;
        long released = NOT_YET;
        boolean neverTold;
        boolean renewed;
        long tooSure;

        Held(HistoryEvent event, long asked) {
            this.process = event.process();
            this.client = event.client();
            this.resource = event.resource();
            this.fence = event.fence();
            this.asked = asked;
            this.acquired = event.at();
            this.sureUntil = event.at();
            this.serverEnd = event.value();
        }

        void then(HistoryEvent event) {
            switch (event.kind()) {
                case SURE -> sureUntil = Math.max(sureUntil, event.value());
                case EXTENDED -> serverEnd = Math.max(serverEnd, event.value());
                case LOOKED_UP -> lookedUp(event.value());
                case RENEWED -> {
                    renewed = true;
                    serverEnd = NOT_YET;
                }
                case RELEASED -> released = event.at();
                case TOLD -> {
                    told = event.at();
                    if (renewed) { // its own end counts from before the request, and keeps that much back
                        serverEnd = event.value() + MARGIN_NANOS;
                    }
                }
                case NEVER_TOLD -> neverTold = true;
                default -> throw new IllegalArgumentException(event.toString());
            }
            tooSure = Math.max(tooSure, sureUntil - serverEnd);
        }

        /** What somebody else moves can only have become later since its holder was sure of it. */
        private void lookedUp(long end) {
            if (renewed) {
                tooSure = Math.max(tooSure, sureUntil - end);
            } else {
                serverEnd = Math.min(serverEnd, end);
            }
        }

        long end() {
            return Math.min(sureUntil, Math.min(told, released));
        }

        @Override
        public String toString() {
            return "lease of " + resource + " by " + client + ", token " + fence + ", asked " + asked + ", acquired "
                    + acquired + ", sure until " + sureUntil + ", told " + told + ", released " + released
                    + ", over on the server " + serverEnd;
        }
    }

    private record Write(String resource, long fence, boolean accepted) {}

    private record Span(long from, long to) {

        /** How much of it lies there. */
        long within(long begin, long end) {
            return Math.max(0, Math.min(to, end) - Math.max(from, begin));
        }
    }
}
