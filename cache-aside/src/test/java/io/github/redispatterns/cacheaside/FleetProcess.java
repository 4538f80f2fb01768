package io.github.redispatterns.cacheaside;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The main class of one process of {@link CacheFleetIT} and {@link CacheFleetFaultIT}: threads that read one missing key at
 * once, or one that updates it. Its parent speaks to it over standard input, a line at a time: the setup; {@code go ROUND} or
 * {@code update ROUND}; and {@code finish ROUND} to whoever has said that it is loading, or writing.
 */
final class FleetProcess {

    static final String READY = "ready";
    static final String GO = "go";
    static final String UPDATE = "update";
    static final String FINISH = "finish";
    static final String WRITING = "writing";
    static final String WRITTEN = "written";
    static final String LOADING = "loading";
    static final String LOADED = "loaded";
    static final String DONE = "done";
    static final String FAILED = "failed";

    private final PrintStream answers;
    private final int readers;
    private final CacheAside<String> cache;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentMap<String, CompletableFuture<String>> finishes = new ConcurrentHashMap<>();

    private FleetProcess(PrintStream answers, String[] setup) {
        this.answers = answers;
        this.readers = Integer.parseInt(setup[3]);
        // So patient that a stall of the machine makes nobody load past Redis.
        RedisOptions patient =
                RedisOptions.builder().commandTimeout(Duration.ofSeconds(20)).build();
        CacheAsideOptions options = CacheAsideOptions.builder(Duration.ofMinutes(5))
                .leaseTime(Duration.ofMillis(Long.parseLong(setup[2])))
                .build();
        this.cache = CacheAside.create(Redis.connect(setup[0], patient), KeySpace.of(setup[1]), Codec.utf8(), options);
    }

    /** What the parent sends first: over standard input, since it holds a password. */
    static String setup(String uri, String prefix, Duration leaseTime, int readers) {
        return uri + " " + prefix + " " + leaseTime.toMillis() + " " + readers;
    }

    /** Serves until standard input ends; so it also ends when its parent is killed. */
    public static void main(String[] args) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        FleetProcess process = new FleetProcess(answers, requests.readLine().split(" ", -1));
        answers.println(READY);
        String request;
        while ((request = requests.readLine()) != null) {
            process.serve(request.split(" ", -1));
        }
        Runtime.getRuntime().halt(0); // whatever the readers are doing
    }

    private void serve(String[] words) {
        CompletableFuture<String> finish = finishes.computeIfAbsent(words[1], round -> new CompletableFuture<>());
        if (words[0].equals(FINISH)) {
            finish.complete("value of " + words[1]);
        } else if (words[0].equals(UPDATE)) {
            threads.execute(() -> answers.println(update(words[1], finish)));
        } else {
            threads.execute(() -> answers.println(play(words[1], finish)));
        }
    }

    private String update(String round, CompletableFuture<String> finish) {
        WriteOutcome outcome = cache.update(round, "update of " + round, () -> {
            answers.println(WRITING + " " + round);
            finish.get(1, TimeUnit.MINUTES);
        });
        return WRITTEN + " " + round + " " + outcome;
    }

    private String play(String round, CompletableFuture<String> finish) {
        Loader<String> loader = key -> {
            answers.println(LOADING + " " + round);
            String value = finish.get(1, TimeUnit.MINUTES);
            answers.println(LOADED + " " + round);
            return value;
        };
        CyclicBarrier barrier = new CyclicBarrier(readers);
        List<Future<String>> reads = new ArrayList<>();
        Set<Long> waits = ConcurrentHashMap.newKeySet();
        for (int reader = 0; reader < readers; reader++) {
            reads.add(threads.submit(() -> {
                barrier.await(1, TimeUnit.MINUTES);
                long began = System.nanoTime();
                String value = cache.get(round, loader);
                waits.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
                return value;
            }));
        }
        try {
            Set<String> values = new TreeSet<>();
            for (Future<String> read : reads) {
                values.add(String.valueOf(read.get()));
            }
            long longest = waits.stream().mapToLong(wait -> wait).max().orElseThrow();
            return DONE + " " + round + " " + longest + " " + String.join(",", values);
        } catch (Exception | Error e) {
            return FAILED + " " + round + " " + e;
        }
    }
}
