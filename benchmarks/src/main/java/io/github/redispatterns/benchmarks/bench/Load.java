package io.github.redispatterns.benchmarks.bench;

import java.util.Locale;

/**
 * How operations are driven.
 *
 * @param kind the shape
 * @param size how many callers, or how many operations are under way at once
 */
public record Load(Kind kind, int size) {

    /** The shape of a load. */
    public enum Kind {
        /** So many callers on one subject, each waiting for its operation before the next. */
        THREADS,
        /** One caller with at most so many operations under way; it begins one as soon as another ends. */
        WINDOW,
        /** One caller that sends so many operations with one flush, and waits for all of them. */
        BATCH,
        /** So many callers that begin at once, again and again; all of their calls together are one operation. */
        CROWD,
        /** As THREADS, but all want the same thing, so that one's turn is another's wait. */
        RIVALS,
        /** As RIVALS, but each caller has a client of its own, as if it were a process. */
        CLIENTS
    }

    /**
     * Callers that wait.
     *
     * @param threads how many
     * @return the load
     */
    public static Load threads(int threads) {
        return new Load(Kind.THREADS, threads);
    }

    /**
     * One caller that does not wait for each.
     *
     * @param operations how many may be under way
     * @return the load
     */
    public static Load window(int operations) {
        return new Load(Kind.WINDOW, operations);
    }

    /**
     * One caller that flushes by hand.
     *
     * @param operations how many per flush
     * @return the load
     */
    public static Load batch(int operations) {
        return new Load(Kind.BATCH, operations);
    }

    /**
     * Callers that begin at once.
     *
     * @param callers how many
     * @return the load
     */
    public static Load crowd(int callers) {
        return new Load(Kind.CROWD, callers);
    }

    /**
     * Callers on one client that want the same thing.
     *
     * @param callers how many
     * @return the load
     */
    public static Load rivals(int callers) {
        return new Load(Kind.RIVALS, callers);
    }

    /**
     * Callers that want the same thing, each on a client of its own.
     *
     * @param callers how many
     * @return the load
     */
    public static Load clients(int callers) {
        return new Load(Kind.CLIENTS, callers);
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @param text such as {@code threads 16}
     * @return the load
     */
    public static Load parse(String text) {
        String[] words = text.split(" ", 2);
        return new Load(Kind.valueOf(words[0].toUpperCase(Locale.ROOT)), Integer.parseInt(words[1]));
    }

    /**
     * The callers.
     *
     * @return how many threads call
     */
    public int threads() {
        return switch (kind) {
            case THREADS, CROWD, RIVALS, CLIENTS -> size;
            case WINDOW, BATCH -> 1;
        };
    }

    /**
     * The clients.
     *
     * @return how many there must be
     */
    public int clients() {
        return kind == Kind.CLIENTS ? size : 1;
    }

    /**
     * Whether the callers want the same thing, so that it matters who gets how much of it.
     *
     * @return true if they do
     */
    public boolean isContended() {
        return kind == Kind.RIVALS || kind == Kind.CLIENTS;
    }

    /** The load as rows name it, such as {@code threads 16}. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + ' ' + size;
    }
}
