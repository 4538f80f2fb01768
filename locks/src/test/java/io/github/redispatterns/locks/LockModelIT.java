package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.MessageListener;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.ScriptHook;
import io.github.redispatterns.core.Sync;
import io.github.redispatterns.testkit.AclUser;
import io.github.redispatterns.testkit.FrozenTime;
import io.github.redispatterns.testkit.RedisDeployment;
import io.github.redispatterns.testkit.RedisTest;
import io.github.redispatterns.testkit.TestKeys;
import io.github.redispatterns.testkit.Topology;
import io.lettuce.core.ScriptOutputType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/**
 * Every script against a model in plain Java, under a server clock that the test moves forward and back: seeded random
 * steps of seven requests of four processes, one of which nobody can reach; replies, messages and the key are compared.
 */
@RedisTest
class LockModelIT {

    private static final int STEPS = 10_000;
    private static final long SEED = 20_261_122;
    private static final int REQUESTS = 7;
    private static final int PROCESSES = 4;
    private static final Duration MEMORY = Duration.ofHours(1);
    /** Redis counts times to live by its own clock. */
    private static final long NOISE_MILLIS = 20_000;

    private static final String LOOK = """
            local type = redis.call('TYPE', KEYS[1]).ok
            local look = {type, tostring(redis.call('PTTL', KEYS[1]))}
            if type == 'string' then
              look[3] = 'string'
              look[4] = string.gsub(redis.call('GET', KEYS[1]), '.', function(c)
                return string.format('%02x', string.byte(c))
              end)
            elseif type == 'hash' then
              for _, text in ipairs(redis.call('HGETALL', KEYS[1])) do look[#look + 1] = text end
            end
            return look""";

    @Parameter
    RedisDeployment deployment;

    private final FrozenTime clock = FrozenTime.atMicros(1_800_000_000_123_456L);
    private final Random random = new Random(SEED);
    private final Map<String, Integer> seen = new TreeMap<>();
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final Queue<String> replied = new ConcurrentLinkedQueue<>();
    private AclUser user;
    private Redis redis;
    private Redis admin;
    private LockStore store;
    private LockModel model;
    private String key;
    private List<String> channels;

    @BeforeEach
    void open(TestKeys testKeys) {
        user = Handles.leastPrivileged(deployment, testKeys);
        redis = Handles.open(
                deployment, user, RedisOptions.builder().scriptHook(new ScriptHook(clock::rewrite, clock::argument)));
        admin = Handles.admin(deployment);
        KeySpace keys = KeySpace.of(testKeys.prefix());
        key = keys.key("k");
        store = new LockStore(redis, LockOptions.builder().fenceMemory(MEMORY).build());
        channels = List.of(keys.channel("p0"), keys.channel("p1"), keys.channel("p2"), keys.channel("deaf"));
        channels.stream().limit(PROCESSES - 1).forEach(this::listen);
        boolean countsAll = deployment.topology() != Topology.CLUSTER;
        model = new LockModel(countsAll, Set.copyOf(channels.subList(0, PROCESSES - 1)), MEMORY.toMillis());
    }

    @AfterEach
    void close() {
        redis.close();
        admin.close();
        assertThat(user.denials()).isEmpty();
        user.close();
    }

    @Test
    void theScriptsDoWhatTheModelDoes() {
        long highest = 0;
        for (int step = 0; step < STEPS; step++) {
            String as = "seed " + SEED + ", step " + step;
            String owner = model.owner();
            long before = model.fence();
            step(as);
            compare(as);
            if (model.fence() != before && model.fence() != 0) {
                assertThat(model.fence()).as(as).isGreaterThan(highest);
            }
            highest = Math.max(highest, model.fence());
            if (!model.owner().equals(owner)) {
                count("owner changed");
            }
        }
        Awaitility.await().until(() -> heard.size() >= model.messages().size());
        assertThat(heard).containsExactlyElementsOf(model.messages());
        assertThat(replied).containsExactlyElementsOf(model.replies());
        for (String often : new String[] {
            "acquire Granted",
            "acquire Refused",
            "wait Granted",
            "wait Refused",
            "extend true",
            "extend false",
            "release true",
            "release false",
            "keep true",
            "watch known",
            "watch unknown",
            "queue",
            "owner changed"
        }) {
            assertThat(seen.get(often)).as(often + " of " + seen).isGreaterThan(150);
        }
        assertThat(model.messages()).hasSizeGreaterThan(250);
        assertThat(model.replies()).hasSizeGreaterThan(50);
    }

    private void step(String as) {
        Request request = request();
        String channel = channels.get(Math.floorMod(request.token().hashCode(), PROCESSES));
        store.handsOn(new Handover(
                channel,
                message -> replied.add(channel + " " + new String(message, StandardCharsets.UTF_8)),
                lost -> {}));
        long now = clock.micros();
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> {
                Answer answer = Sync.await(store.acquire(request, channel));
                assertThat(answer).as(as).isEqualTo(model.acquire(request, channel, now));
                count("wait " + answer.getClass().getSimpleName());
            }
            case 5 -> {
                Answer answer = Sync.await(store.acquire(request, LeaseStore.NOBODY));
                assertThat(answer).as(as).isEqualTo(model.acquire(request, LeaseStore.NOBODY, now));
                count("acquire " + answer.getClass().getSimpleName());
            }
            case 6, 7 -> {
                Duration by = Duration.ofMillis(100L + random.nextInt(2_000_000));
                boolean extended = Sync.<Boolean>await(store.extend(request, by));
                assertThat(extended).as(as).isEqualTo(model.extend(request, by.toMillis(), now));
                count("extend " + extended);
            }
            case 8, 9, 10 -> {
                boolean released = Sync.<Boolean>await(store.release(request, Duration.ZERO));
                assertThat(released).as(as).isEqualTo(model.release(request, 0, channel, now));
                count("release " + released);
            }
            case 11 -> {
                Duration keep = Duration.ofMillis(1 + random.nextInt(3_000));
                boolean released = Sync.<Boolean>await(store.release(request, keep));
                assertThat(released).as(as).isEqualTo(model.release(request, keep.toMillis(), channel, now));
                count("keep " + released);
            }
            case 12, 13 -> {
                String asker = random.nextInt(5) == 0 ? LeaseStore.NOBODY : channel;
                Sighting sighting = Sync.await(store.watch(key, asker));
                assertThat(sighting).as(as).isEqualTo(model.watch(asker, now));
                count("watch " + (sighting.known() ? "known" : "unknown"));
            }
            default -> pass();
        }
    }

    /** The owner's own, every other time. */
    private Request request() {
        String token = random.nextBoolean() && model.owner().startsWith("r") ? model.owner() : null;
        boolean brief = random.nextInt(3) > 0;
        long ttlMillis = 100L + random.nextInt(brief ? 5_000 : 1_000_000);
        return new Request(key, token == null ? "r" + random.nextInt(REQUESTS) : token, ttlMillis, "");
    }

    /** Time, mostly forward; and now and then the time of the key itself ends. */
    private void pass() {
        int kind = random.nextInt(30);
        if (kind == 0) {
            Sync.await(admin.commands().del(key));
            model.expire();
            clock.advance(Duration.ofHours(2)); // that long ago, or else the key were there
        } else if (kind < 6) {
            clock.advance(Duration.ofMillis(-random.nextInt(3_000)));
        } else if (kind < 12) { // to the very moment, at which it is over
            clock.advance(Duration.ofNanos(1_000 * (model.nextEnd(clock.micros()) - clock.micros())));
        } else if (kind < 15) {
            clock.advance(Duration.ofMillis(random.nextInt(2_000_000)));
        } else {
            clock.advance(Duration.ofNanos(1_000L * random.nextInt(4_000_000)));
        }
    }

    private void compare(String as) {
        List<String> look = Sync.await(admin.commands().eval(LOOK, ScriptOutputType.MULTI, key));
        Map<String, String> stored = new LinkedHashMap<>();
        stored.put("type", look.get(0));
        for (int i = 2; i < look.size(); i += 2) {
            stored.put(look.get(i), look.get(i + 1));
        }
        assertThat(stored).as(as).isEqualTo(model.stored());
        if (!look.get(0).equals(LockModel.NONE)) {
            assertThat(Long.parseLong(look.get(1)))
                    .as(as)
                    .isBetween(model.forgetMillis() - NOISE_MILLIS, model.forgetMillis());
        }
        if (model.queued()) {
            count("queue");
        }
    }

    private void listen(String channel) {
        Sync.await(redis.pubSub().subscribeAsync(channel, new MessageListener() {
            @Override
            public void onMessage(byte[] message) {
                heard.add(channel + " " + new String(message, StandardCharsets.UTF_8));
            }

            @Override
            public void onGap() {
                heard.add(channel + " has a gap");
            }
        }));
    }

    private void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }
}
