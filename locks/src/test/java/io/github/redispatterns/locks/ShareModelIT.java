package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.MessageListener;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import io.github.redispatterns.core.Subscription;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.FrozenTime;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * The scripts {@code share_*} against a model in plain Java, under a server clock that the test moves, also back: seeded
 * random steps of nine requests from three processes, one of which nobody hears, compared field by field; and what must
 * hold whatever the model says.
 */
@RedisTest
class ShareModelIT {

    private static final int STEPS = FullLength.of(3_000, 10_000);
    /** After so many it begins with a new key. */
    private static final int STEPS_PER_KEY = 100;

    private static final long ALL = 1_000_000_000;

    @Parameter
    RedisDeployment deployment;

    private final long seed = 20_261_122;
    private final Random random = new Random(seed);
    private final FrozenTime clock = FrozenTime.atMicros(1_800_000_000_123_456L);
    private final List<String> replies = Collections.synchronizedList(new ArrayList<>());
    private final List<String> messages = Collections.synchronizedList(new ArrayList<>());
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final List<String> expectedMessages = new ArrayList<>();
    private final List<String> expectedReplies = new ArrayList<>();
    private AclUser user;
    private Redis redis;
    private Redis admin;
    private KeySpace keys;
    private List<String> channels = List.of();
    private Set<String> heard = Set.of();
    private long lastFence;
    private int granted;

    @BeforeEach
    void open(TestKeys testKeys) {
        user = Handles.leastPrivileged(deployment, testKeys);
        redis = Handles.open(
                deployment, user, RedisOptions.builder().scriptHook(new ScriptHook(clock::rewrite, clock::argument)));
        admin = Handles.admin(deployment);
        keys = KeySpace.of(testKeys.prefix());
        channels = List.of("", keys.channel("1"), keys.channel("2"), keys.channel("deaf"));
        heard = Set.copyOf(channels.subList(1, 3));
        for (String channel : heard) {
            subscriptions.add(redis.pubSub().subscribe(channel, new Listener(channel)));
        }
    }

    @AfterEach
    void close() {
        subscriptions.forEach(Subscription::close);
        redis.close();
        admin.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void readersAndWriters() {
        ShareStore store = new ShareStore(
                redis, LockOptions.defaults(), ALL, new ShareStore.Mode("w", ALL), new ShareStore.Mode("r", 1));
        theScriptsDoWhatTheModelDoes(Map.of(ALL, store), List.of("w", "r"), Map.of("w", ALL, "r", 1L));
    }

    /** Two processes disagree about how many permits there are. */
    @Test
    void permits() {
        ShareStore.Mode mode = new ShareStore.Mode("p", 1);
        Map<Long, ShareStore> stores = Map.of(
                2L, new ShareStore(redis, LockOptions.defaults(), 2, mode),
                3L, new ShareStore(redis, LockOptions.defaults(), 3, mode));
        theScriptsDoWhatTheModelDoes(stores, List.of("p"), Map.of("p", 1L));
    }

    private void theScriptsDoWhatTheModelDoes(
            Map<Long, ShareStore> stores, List<String> modes, Map<String, Long> takes) {
        List<Long> permits = List.copyOf(stores.keySet());
        long most = Collections.max(permits);
        for (int start = 0; start < STEPS; start += STEPS_PER_KEY) {
            String key = keys.key("key-" + start);
            boolean countsAll = deployment.topology() != Topology.CLUSTER;
            ShareModel model = new ShareModel(key, modes, heard, countsAll, Queue.ALIVE.toMillis());
            lastFence = 0;
            for (int step = start; step < start + STEPS_PER_KEY; step++) {
                String mode = modes.get(random.nextInt(modes.size()));
                long bound = permits.get(random.nextInt(permits.size()));
                Request request = new Request(key, mode + random.nextInt(9 / modes.size()), ttlMillis(), mode);
                step(stores.get(bound), model, request, takes.get(mode), bound, "seed " + seed + ", step " + step);
                check(model, key, most, "seed " + seed + ", step " + step);
            }
            expectedMessages.addAll(model.messages());
            expectedReplies.addAll(model.replies());
            String last = Integer.toString(start);
            Awaitility.await("messages of key " + last).until(() -> messages.size() >= expectedMessages.size());
            assertThat(Sync.<Long>await(admin.commands().del(key))).isLessThanOrEqualTo(1);
        }
        assertThat(replies).hasSizeGreaterThan(STEPS / 300).containsExactlyElementsOf(expectedReplies);
        assertThat(messages).hasSizeGreaterThan(STEPS / 300).containsExactlyElementsOf(expectedMessages);
        assertThat(granted).isGreaterThan(STEPS / 50);
    }

    private void step(ShareStore store, ShareModel model, Request request, long takes, long permits, String as) {
        String channel =
                channels.get(random.nextBoolean() ? 1 : random.nextInt(channels.size())); // mostly the same process
        store.handsOn(new Handover(
                channel,
                message -> replies.add(channel + " " + new String(message, StandardCharsets.UTF_8)),
                lost -> {}));
        long now = clock.micros();
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> {
                Answer answer = Sync.await(store.acquire(request, channel));
                assertThat(answer).as(as).isEqualTo(model.acquire(request, takes, permits, channel, now));
            }
            case 4, 5 -> {
                long keepMillis = random.nextInt(4) == 0 ? random.nextLong(100, 5_000) : 0;
                boolean held = Sync.<Boolean>await(store.release(request, Duration.ofMillis(keepMillis)));
                assertThat(held).as(as).isEqualTo(model.release(request.token(), keepMillis, channel, now));
            }
            case 6 -> {
                long millis = ttlMillis();
                boolean extended = Sync.<Boolean>await(store.extend(request, Duration.ofMillis(millis)));
                assertThat(extended).as(as).isEqualTo(model.extend(request.token(), millis, now));
            }
            case 7, 8 -> {
                Sighting seen = Sync.await(store.watch(request.key(), channel));
                Sighting expected = model.watch(channel, now);
                assertThat(seen)
                        .as(as)
                        .usingRecursiveComparison()
                        .ignoringCollectionOrder()
                        .isEqualTo(expected);
            }
            default -> clock.advance(pause(model));
        }
    }

    private void check(ShareModel model, String key, long most, String as) {
        Map<String, String> fields =
                Sync.<Map<String, String>>await(admin.commands().hgetall(key));
        assertThat(fields).as(as).isEqualTo(model.fields());
        long livesMillis = Sync.<Long>await(admin.commands().pttl(key));
        long outlivesMillis =
                model.longestTtlMillis() + LockOptions.defaults().fenceMemory().toMillis();
        if (!fields.isEmpty()) {
            assertThat(livesMillis).as(as).isBetween(outlivesMillis - 60_000, outlivesMillis);
        }
        List<ShareModel.Held> leases = model.leases().values().stream()
                .filter(lease -> lease.until() > clock.micros())
                .toList();
        assertThat(leases.stream().mapToLong(ShareModel.Held::takes).sum())
                .as(as)
                .isLessThanOrEqualTo(most);
        endsAreNotBefore(model, as);
        Set<Long> fences = leases.stream().map(ShareModel.Held::fence).collect(Collectors.toSet());
        assertThat(fences).as(as).hasSameSizeAs(leases);
        long fence = Long.parseLong(fields.getOrDefault("fence", "0"));
        assertThat(fence).as(as).isGreaterThanOrEqualTo(lastFence);
        granted += fence > lastFence ? 1 : 0;
        lastFence = fence;
    }

    /** Also of those that have ended and that nobody has looked at yet; and one that has all there is knows its end. */
    private void endsAreNotBefore(ShareModel model, String as) {
        LongSummaryStatistics ends = model.leases().values().stream()
                .mapToLong(ShareModel.Held::until)
                .summaryStatistics();
        if (ends.getCount() > 0) {
            assertThat(model.nobodyEndsBefore()).as(as).isBetween(1L, ends.getMin());
        }
        model.leases().values().stream()
                .filter(lease -> lease.takes() == ALL)
                .forEach(writer -> assertThat(model.nobodyEndsBefore()).as(as).isEqualTo(writer.until()));
    }

    /** From 1 s to about 10 days, so that the key has to live longer now and then. */
    private long ttlMillis() {
        return 1_000L + random.nextLong(1L << random.nextInt(30));
    }

    /**
     * Mostly shorter than a process takes to count as dead; sometimes long, or to the very moment at which something is
     * over; sometimes the clock is set back.
     */
    private Duration pause(ShareModel model) {
        return switch (random.nextInt(10)) {
            case 0 -> Duration.ofMillis(random.nextLong(86_400_000));
            case 1 -> Duration.ofMillis(-random.nextLong(60_000));
            case 2, 3, 4 -> Duration.of(model.nextEnd(clock.micros()) - clock.micros(), ChronoUnit.MICROS);
            default -> Duration.ofNanos(random.nextLong(1_500_000_000));
        };
    }

    private final class Listener implements MessageListener {

        private final String channel;

        Listener(String channel) {
            this.channel = channel;
        }

        @Override
        public void onMessage(byte[] message) {
            messages.add(channel + " " + new String(message, StandardCharsets.UTF_8));
        }

        @Override
        public void onGap() {
            messages.add("gap");
        }
    }
}
