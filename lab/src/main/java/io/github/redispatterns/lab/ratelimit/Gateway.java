package io.github.redispatterns.lab.ratelimit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.lab.equipment.Parent;
import io.github.redispatterns.ratelimit.Algorithm;
import io.github.redispatterns.ratelimit.Limit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The main class of a gateway: lets one user's calls through, or not, by every answer. */
public final class Gateway {

    /** Makes calls as long as the setup says; answers with the batches. */
    static final String GO = "go";

    /** Of the answers. */
    static final String NAIVE = "naive";

    static final String USER = "user";

    private static final int WARM_UP = 200;

    private static final int BATCHES_A_PERIOD = 200;
    private static final int LONGEST_PHASE = 25;
    /** A phase is quiet or loud: so many times what would be this gateway's part of the limit. */
    private static final double[] LOUDNESS = {0.2, 1, 3};

    /**
     * What it needs to know.
     *
     * @param site where the limits are
     * @param gateway which one it is
     * @param gateways how many there are
     * @param permits how many calls the user may make in a period
     * @param burst how many at once, where that is another number
     * @param periodMillis how long a period is, ms
     * @param runMillis how long to make calls, ms
     * @param skewMillis how far this one's clock is ahead, ms
     * @param seed what its random choices follow from
     */
    record Setup(
            Site site,
            int gateway,
            int gateways,
            int permits,
            int burst,
            long periodMillis,
            long runMillis,
            long skewMillis,
            long seed) {}

    private final Setup setup;
    private final ServerClock clock;
    private final Map<String, Gate> gates = new LinkedHashMap<>();
    private final Random random;

    private Gateway(Setup setup) {
        this.setup = setup;
        this.random = new Random(setup.seed());
        Redis redis = setup.site().open();
        Duration period = Duration.ofMillis(setup.periodMillis());
        clock = new ServerClock(redis, setup.site().recipeKeys(), USER);
        gates.put(
                NAIVE,
                new ClientLog(
                        redis,
                        setup.site().naiveKeys(),
                        setup.permits(),
                        period,
                        Duration.ofMillis(setup.skewMillis()),
                        setup.gateway()));
        Limit limit = Limit.of(setup.permits(), period).withBurst(setup.burst());
        Gates recipe = new Gates(redis, setup.site().recipeKeys(), limit);
        for (Algorithm algorithm : Algorithm.values()) {
            gates.put(algorithm.name(), recipe.gate(algorithm));
        }
        for (int i = 0; i < WARM_UP; i++) {
            batch("warm up " + setup.gateway(), 1);
        }
    }

    /**
     * Serves its parent.
     *
     * @param args none
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] args) throws IOException {
        Parent.serve(new Session());
    }

    private static final class Session implements Parent.Session {

        private @Nullable Gateway gateway;

        @Override
        public String answer(String request) throws Exception {
            Gateway ready = gateway;
            if (ready == null) {
                gateway = new Gateway(new ObjectMapper().readValue(request, Setup.class));
                return Parent.OK;
            }
            return new ObjectMapper().writeValueAsString(ready.go());
        }
    }

    private List<Batch> go() throws InterruptedException {
        List<Batch> batches = new ArrayList<>();
        double share = (double) setup.permits() / setup.gateways() / BATCHES_A_PERIOD;
        long pace = TimeUnit.MILLISECONDS.toNanos(setup.periodMillis()) / BATCHES_A_PERIOD;
        long begin = System.nanoTime();
        long end = begin + TimeUnit.MILLISECONDS.toNanos(setup.runMillis());
        double owed = 0;
        int phase = 0;
        double loudness = 0;
        for (long next = begin; next - end < 0; next += pace) {
            if (phase-- == 0) {
                phase = random.nextInt(LONGEST_PHASE);
                loudness = LOUDNESS[random.nextInt(LOUDNESS.length)];
            }
            owed += 2 * random.nextDouble() * loudness * share;
            int calls = (int) owed;
            owed -= calls;
            if (calls > 0) {
                batches.add(batch(USER, calls));
            }
            TimeUnit.NANOSECONDS.sleep(next + pace - System.nanoTime());
        }
        return batches;
    }

    private Batch batch(String user, int calls) {
        long from = clock.micros();
        Map<String, List<CompletionStage<Boolean>>> made = new LinkedHashMap<>();
        gates.forEach((answer, gate) -> made.put(answer, gate.calls(user, calls)));
        Map<String, Integer> granted = new LinkedHashMap<>();
        made.forEach((answer, answers) -> granted.put(answer, Gate.granted(answers)));
        return new Batch(from, clock.micros(), granted);
    }
}
