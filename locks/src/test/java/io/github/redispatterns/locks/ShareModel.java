package io.github.redispatterns.locks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** What the scripts {@code share_*} do to one key, in plain Java; it knows the fields by itself. */
final class ShareModel {

    /** Who waits, and for what. */
    record Waiter(String channel, long ttlMillis, long takes, long permits, String token) {}

    /** Who holds permits. */
    record Held(long until, long fence, long takes, String channel) {}

    private final String key;
    private final List<String> queues;
    private final Set<String> heard;
    private final boolean countsAll;
    private final long aliveMillis;
    private final Map<String, Held> leases = new HashMap<>();
    private final Map<String, String> places = new HashMap<>();
    private final Map<String, Waiter> waiters = new HashMap<>();
    private final Map<String, Long> heads = new HashMap<>();
    private final Map<String, Long> tails = new HashMap<>();
    private final Map<String, Long> alive = new HashMap<>();
    private final List<String> messages = new ArrayList<>();
    private final List<String> replies = new ArrayList<>();
    /** Each end that a lease has had since the first was known: since there was one alone, or all were looked at. */
    private final List<Long> ends = new ArrayList<>();

    private long used;
    private long fence;
    private long longestTtlMillis;

    ShareModel(String key, List<String> queues, Set<String> heard, boolean countsAll, long aliveMillis) {
        this.key = key;
        this.queues = queues;
        this.heard = heard;
        this.countsAll = countsAll;
        this.aliveMillis = aliveMillis;
    }

    Answer acquire(Request request, long takes, long permits, String channel, long now) {
        Held mine = leases.get(request.token());
        if (mine != null && mine.until > now) {
            return new Answer.Granted(mine.fence, (mine.until - now) / 1_000);
        }
        long others = used - (mine == null ? 0 : mine.takes);
        boolean fits = others + takes <= permits;
        if (fits && goesFirst(request.mode())) {
            long until = now + TimeUnit.MILLISECONDS.toMicros(request.ttlMillis());
            goesOut(others, until);
            used = others + takes;
            grant(request.token(), new Held(until, nextFence(now), takes, "-"), request.ttlMillis());
            return new Answer.Granted(fence, request.ttlMillis());
        }
        if (!channel.isEmpty()) {
            String place = places.computeIfAbsent(
                    request.token(), token -> request.mode() + tails.merge(request.mode(), 1L, Long::sum));
            waiters.put(place, new Waiter(channel, request.ttlMillis(), takes, permits, request.token()));
            if (alive.put(channel, now + TimeUnit.MILLISECONDS.toMicros(aliveMillis)) == null) {
                alive.values().removeIf(until -> until <= now);
            }
        }
        boolean unsure = fits && (channel.isEmpty() || others == 0);
        return new Answer.Refused(unsure ? 0 : Math.max(0, ceilMillis(nobodyEndsBefore() - now)), now);
    }

    Sighting watch(String channel, long now) {
        if (fence == 0 || (!channel.isEmpty() && !alive.containsKey(channel))) {
            return new Sighting(channel.isEmpty(), 0, now, List.of());
        }
        if (!channel.isEmpty()) {
            alive.put(channel, now + TimeUnit.MILLISECONDS.toMicros(aliveMillis));
        }
        leases.values().removeIf(lease -> lease.until <= now);
        used = leases.values().stream().mapToLong(Held::takes).sum();
        ends.clear();
        leases.values().forEach(lease -> ends.add(lease.until));
        List<Sighting.Holder> seen = new ArrayList<>();
        leases.forEach((token, lease) -> {
            if (lease.channel.equals(channel)) {
                seen.add(new Sighting.Holder(token, lease.fence, (lease.until - now) / 1_000));
            }
        });
        seen.addAll(letIn(channel, new ArrayList<>(), now)); // which says it of its own
        return new Sighting(true, used > 0 ? ceilMillis(nobodyEndsBefore() - now) : 0, now, seen);
    }

    boolean extend(String token, long ttlMillis, long now) {
        Held lease = leases.get(token);
        if (lease == null || lease.until <= now) {
            return false;
        }
        long until = now + TimeUnit.MILLISECONDS.toMicros(ttlMillis);
        if (lease.until < until) {
            goesOutAgain(lease, until);
            grant(token, new Held(until, lease.fence, lease.takes, lease.channel), ttlMillis);
        }
        return true;
    }

    boolean release(String token, long keepMillis, String channel, long now) {
        Held lease = leases.remove(token);
        String place = places.remove(token);
        if (lease == null && place == null) {
            return false;
        }
        waiters.remove(place);
        boolean held = lease != null && lease.until > now;
        if (held && keepMillis > 0) {
            long until = now + TimeUnit.MILLISECONDS.toMicros(keepMillis);
            leases.put("*" + lease.fence, new Held(until, lease.fence, lease.takes, "-"));
            goesOutAgain(lease, until);
        } else if (lease != null) {
            used -= lease.takes;
        }
        letIn(channel, replies, now);
        return held;
    }

    /** What stands in the hash; empty if the key is not there. */
    Map<String, String> fields() {
        Map<String, String> fields = new HashMap<>();
        if (fence == 0) {
            return fields;
        }
        fields.put("used", "" + used);
        fields.put("ends", "" + nobodyEndsBefore());
        fields.put("fence", "" + fence);
        heads.forEach((queue, head) -> fields.put("head" + queue, "" + head));
        tails.forEach((queue, tail) -> fields.put("tail" + queue, "" + tail));
        alive.forEach((channel, until) -> fields.put("@" + channel, "" + until));
        places.forEach((token, place) -> fields.put(">" + token, place));
        waiters.forEach((place, waiter) -> fields.put(
                "#" + place,
                String.join(
                        " ",
                        waiter.channel,
                        "" + waiter.ttlMillis,
                        "" + waiter.takes,
                        "" + waiter.permits,
                        waiter.token)));
        leases.forEach((token, lease) -> fields.put(
                "=" + token, String.join(" ", "" + lease.until, "" + lease.fence, "" + lease.takes, lease.channel)));
        return fields;
    }

    Map<String, Held> leases() {
        return leases;
    }

    /** What was published to those who listen. */
    List<String> messages() {
        return messages;
    }

    /** What releases said of the process's own, as their messages would have. */
    List<String> replies() {
        return replies;
    }

    /** The longest lease that the key has to outlive. */
    long longestTtlMillis() {
        return longestTtlMillis;
    }

    /** A time before which no lease ends; 0 if nothing is out. */
    long nobodyEndsBefore() {
        return used > 0 ? Collections.min(ends) : 0;
    }

    /** The next time at which a lease or a process's life ends; that time itself if none will. */
    long nextEnd(long now) {
        return LongStream.concat(
                        leases.values().stream().mapToLong(Held::until),
                        alive.values().stream().mapToLong(Long::longValue))
                .filter(end -> end > now)
                .min()
                .orElse(now);
    }

    private void goesOut(long others, long until) {
        if (others == 0) {
            ends.clear();
        }
        ends.add(until);
    }

    /** Another end of what is out. */
    private void goesOutAgain(Held lease, long until) {
        goesOut(used - lease.takes, until);
    }

    private boolean goesFirst(String mode) {
        return queues.subList(0, queues.indexOf(mode) + 1).stream()
                .allMatch(queue -> heads.getOrDefault(queue, 0L).equals(tails.getOrDefault(queue, 0L)));
    }

    private List<Sighting.Holder> letIn(String asker, List<String> told, long now) {
        List<Sighting.Holder> entered = new ArrayList<>();
        boolean full = false;
        for (String queue : queues) {
            long head = heads.getOrDefault(queue, 0L);
            long tail = tails.getOrDefault(queue, 0L);
            while (head < tail && !full) {
                Waiter waiter = waiters.get(queue + (head + 1));
                if (waiter != null) {
                    boolean lives = alive.getOrDefault(waiter.channel, 0L) > now;
                    full = lives && used + waiter.takes > waiter.permits;
                    if (!full) {
                        waiters.remove(queue + (head + 1));
                        places.remove(waiter.token);
                        if (lives && (reaches(waiter) || waiter.channel.equals(asker))) {
                            entered.add(enter(waiter, waiter.channel.equals(asker) ? told : published(waiter), now));
                        } else {
                            alive.remove(waiter.channel);
                        }
                    }
                }
                head += full ? 0 : 1;
            }
            if (tail > 0) {
                heads.put(queue, head);
            }
        }
        return entered;
    }

    private boolean reaches(Waiter waiter) {
        return heard.contains(waiter.channel) || !countsAll;
    }

    private List<String> published(Waiter waiter) {
        return heard.contains(waiter.channel) ? messages : new ArrayList<>();
    }

    private Sighting.Holder enter(Waiter waiter, List<String> told, long now) {
        long until = now + TimeUnit.MILLISECONDS.toMicros(waiter.ttlMillis);
        goesOut(used, until);
        used += waiter.takes;
        grant(waiter.token, new Held(until, nextFence(now), waiter.takes, waiter.channel), waiter.ttlMillis);
        told.add(String.join(" ", waiter.channel, "" + fence, "" + now, "" + waiter.ttlMillis, waiter.token, key));
        return new Sighting.Holder(waiter.token, fence, waiter.ttlMillis);
    }

    private void grant(String token, Held lease, long ttlMillis) {
        leases.put(token, lease);
        longestTtlMillis = Math.max(longestTtlMillis, ttlMillis);
    }

    private long nextFence(long now) {
        fence = Math.max(fence, now) + 1;
        return fence;
    }

    private static long ceilMillis(long micros) {
        return Math.floorDiv(micros + 999, 1_000);
    }
}
