package io.github.redispatterns.locks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** What the scripts of the lock shall do to one key, in plain Java. */
final class LockModel {

    static final String STRING = "string";
    static final String HASH = "hash";
    static final String NONE = "none";

    private static final long ALIVE_MICROS = 5_000_000;

    private record Ticket(Request request, String channel, long forgetMillis) {}

    private final boolean countsAll;
    private final Set<String> heard;
    private final long memoryMillis;
    private final TreeMap<Long, Ticket> tickets = new TreeMap<>();
    private final Map<String, Long> places = new HashMap<>();
    private final Map<String, Long> alive = new HashMap<>();
    private final List<String> messages = new ArrayList<>();
    private final List<String> replies = new ArrayList<>();
    private String type = NONE;
    private String owner = "";
    private long until;
    private long fence;
    private long head;
    private boolean headIsSet;
    private long tail;
    private long forgetMillis;

    /** {@code heard}: the channels that somebody listens to; asked only where {@code PUBLISH} counts all who do. */
    LockModel(boolean countsAll, Set<String> heard, long memoryMillis) {
        this.countsAll = countsAll;
        this.heard = heard;
        this.memoryMillis = memoryMillis;
    }

    Answer acquire(Request request, String channel, long now) {
        if (until <= now && !queued()) {
            own(request.token(), now + micros(request.ttlMillis()), Math.max(fence, now) + 1);
            type = STRING;
            forgetMillis = request.ttlMillis() + memoryMillis;
            return new Answer.Granted(fence, request.ttlMillis());
        }
        if (owner.equals(request.token()) && until > now) {
            return new Answer.Granted(fence, (until - now) / 1_000);
        }
        if (!channel.equals(LeaseStore.NOBODY)) {
            type = HASH;
            alive.put(channel, now + ALIVE_MICROS);
            if (!places.containsKey(request.token())) {
                places.put(request.token(), ++tail);
            }
            Ticket ticket = new Ticket(request, channel, request.ttlMillis() + memoryMillis);
            tickets.put(places.get(request.token()), ticket);
        }
        return new Answer.Refused(Math.max(0, Math.floorDiv(until - now + 999, 1_000L)), now);
    }

    boolean extend(Request request, long ttlMillis, long now) {
        if (!owner.equals(request.token()) || until <= now) {
            return false;
        }
        if (now + micros(ttlMillis) > until) {
            until = now + micros(ttlMillis);
            forgetMillis = ttlMillis + memoryMillis;
        }
        return true;
    }

    boolean release(Request request, long keepMillis, String channel, long now) {
        Long place = places.remove(request.token());
        if (place != null) {
            tickets.remove(place);
        }
        if (!owner.equals(request.token())) {
            return false;
        }
        if (keepMillis > 0) {
            own(queued() ? "" : "\0".repeat(owner.length()), now + micros(keepMillis), fence);
            forgetMillis = keepMillis + memoryMillis;
        } else if (queued()) {
            handOver(channel, replies, now);
        } else {
            until = 0; // and stays its owner's, who may ask again
        }
        return true;
    }

    Sighting watch(String channel, long now) {
        boolean known = alive.containsKey(channel);
        if (known) {
            alive.put(channel, now + ALIVE_MICROS);
        }
        if (until <= now && queued()) {
            long ttl = handOver(channel, new ArrayList<>(), now); // whose it is now is in the reply
            return ttl == 0 ? new Sighting(known, 0, now, List.of()) : sighting(known, ttl, now);
        }
        if (until <= now) {
            return new Sighting(known, 0, now, List.of());
        }
        Sighting.Holder holder = new Sighting.Holder(owner, fence, (until - now) / 1_000);
        return new Sighting(known, Math.floorDiv(until - now + 999, 1_000L), now, List.of(holder));
    }

    void expire() {
        empty();
        own("", 0, 0);
        type = NONE;
    }

    /** The ttl of whoever has it now; 0 if nobody has. */
    private long handOver(String asker, List<String> told, long now) {
        long first = -1;
        for (Map.Entry<Long, Ticket> each : List.copyOf(tickets.entrySet())) {
            long number = each.getKey();
            Ticket ticket = each.getValue();
            if (alive.getOrDefault(ticket.channel(), 0L) <= now) {
                drop(number, ticket);
                alive.remove(ticket.channel());
                continue;
            }
            fence = Math.max(fence, now) + 1;
            boolean own = ticket.channel().equals(asker);
            if (own || heard.contains(ticket.channel())) {
                Request request = ticket.request();
                (own ? told : messages)
                        .add(ticket.channel() + " " + fence + " " + now + " " + request.ttlMillis() + " "
                                + request.token() + " " + request.key());
            }
            if (!countsAll || own || heard.contains(ticket.channel())) {
                return grant(number, ticket, first, now);
            }
            first = first < 0 ? number - 1 : first;
        }
        own("", 0, fence);
        if (first >= 0) {
            setHead(first);
        } else {
            empty();
        }
        return 0;
    }

    private long grant(long number, Ticket ticket, long first, long now) {
        Request request = ticket.request();
        own(request.token(), now + micros(request.ttlMillis()), fence);
        forgetMillis = ticket.forgetMillis();
        if (number == tail && first < 0) {
            empty();
        } else {
            drop(number, ticket);
            setHead(first < 0 ? number : first);
        }
        return request.ttlMillis();
    }

    private void own(String token, long untilMicros, long newFence) {
        owner = token;
        until = untilMicros;
        fence = newFence;
    }

    private void drop(long number, Ticket ticket) {
        tickets.remove(number);
        places.remove(ticket.request().token());
    }

    private void setHead(long number) {
        head = number;
        headIsSet = true;
    }

    /** Nobody waits any more. */
    private void empty() {
        type = STRING;
        tickets.clear();
        places.clear();
        alive.clear();
        tail = 0;
        headIsSet = false;
    }

    private Sighting sighting(boolean known, long left, long now) {
        return new Sighting(known, left, now, List.of(new Sighting.Holder(owner, fence, left)));
    }

    /** What stands at the key: its type, and the bytes of the string in hex, or the fields of the hash. */
    Map<String, String> stored() {
        Map<String, String> stored = new LinkedHashMap<>();
        stored.put("type", type);
        if (type.equals(STRING)) {
            stored.put(
                    STRING,
                    "ca4c" + String.format("%014x%014x", until, fence)
                            + HexFormat.of().formatHex(owner.getBytes(StandardCharsets.US_ASCII)));
        } else if (queued()) {
            stored.put("owner", owner);
            stored.put("until", Long.toString(until));
            stored.put("fence", Long.toString(fence));
            stored.put("tail", Long.toString(tail));
            if (headIsSet) {
                stored.put("head", Long.toString(head));
            }
            places.forEach((token, number) -> stored.put(">" + token, Long.toString(number)));
            alive.forEach((channel, time) -> stored.put("@" + channel, Long.toString(time)));
            tickets.forEach((number, ticket) -> stored.put(
                    "#" + number,
                    String.join(
                            " ",
                            ticket.channel(),
                            countsAll ? "1" : "0",
                            Long.toString(ticket.request().ttlMillis()),
                            Long.toString(ticket.forgetMillis()),
                            ticket.request().token())));
        }
        return stored;
    }

    boolean queued() {
        return type.equals(HASH);
    }

    /** The next time at which something ends; that time itself if nothing will. */
    long nextEnd(long now) {
        return LongStream.concat(LongStream.of(until), alive.values().stream().mapToLong(Long::longValue))
                .filter(end -> end > now)
                .min()
                .orElse(now);
    }

    String owner() {
        return owner;
    }

    long fence() {
        return fence;
    }

    long forgetMillis() {
        return forgetMillis;
    }

    /** Of the channels that are heard: channel, fencing token, time, ttl, request token, key. */
    List<String> messages() {
        return messages;
    }

    /** What releases said of the process's own, as their messages would have. */
    List<String> replies() {
        return replies;
    }

    private static long micros(long millis) {
        return millis * 1_000;
    }
}
