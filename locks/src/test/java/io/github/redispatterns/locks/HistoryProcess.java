package io.github.redispatterns.locks;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.PatternsException;
import io.github.redispatterns.core.Redis;
import io.lettuce.core.RedisException;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of one process of {@link LockHistoryIT}: some {@link HistoryClient}s that share a handle. It writes what
 * happens on standard output, a line each; its parent writes the setup on its standard input, the outcome of each
 * guarded write, and at last {@code stop}.
 */
final class HistoryProcess {

    static final String READY = "ready";
    static final String WRITE = "write";
    static final String WROTE = "wrote";
    static final String STOP = "stop";
    static final String FAILED = "failed";
    static final String BROKEN = "broken";

    private static final String URIS = "|";
    private static final long TICK_NANOS = 1_000_000;

    private final PrintStream answers;
    private final ConcurrentMap<Long, CompletableFuture<Boolean>> writes = new ConcurrentHashMap<>();
    private final AtomicLong writesBegun = new AtomicLong();
    private final String name;
    private volatile boolean stopped;

    private HistoryProcess(PrintStream answers, String name) {
        this.answers = answers;
        this.name = name;
    }

    /** What the parent sends first: over standard input, since it holds a password. */
    static String setup(String name, long seed, int clients, String prefix, List<String> user, List<String> admin) {
        return String.join(
                " ",
                name,
                Long.toString(seed),
                Integer.toString(clients),
                prefix,
                String.join(URIS, user),
                String.join(URIS, admin));
    }

    /** Serves until it is told to stop, or standard input ends; so it also ends when its parent is killed. */
    public static void main(String[] args) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String[] setup = requests.readLine().split(" ", -1);
        HistoryProcess process = new HistoryProcess(answers, setup[0]);
        StallWatch.start(process::stalled);
        daemon("clients", () -> process.run(setup));
        String request;
        while ((request = requests.readLine()) != null) {
            process.serve(request.split(" ", -1));
        }
        Runtime.getRuntime().halt(0); // whatever the clients are doing
    }

    private void serve(String[] words) {
        switch (words[0]) {
            case HistoryMember.CLOCK -> answers.println(HistoryMember.CLOCK + " " + System.nanoTime());
            case STOP -> stopped = true;
            case WROTE -> {
                CompletableFuture<Boolean> write = writes.remove(Long.parseLong(words[1]));
                if (write != null) {
                    write.complete(Boolean.valueOf(words[2]));
                }
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private void run(String[] setup) {
        int clients = Integer.parseInt(setup[2]);
        long seed = Long.parseLong(setup[1]);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try (Redis redis = connect(setup[4]);
                Redis admin = connect(setup[5]);
                DistributedLock lock = DistributedLock.create(redis, KeySpace.of(setup[3]))) {
            answers.println(READY);
            ServerSideEnd ends = new ServerSideEnd(admin, KeySpace.of(setup[3]));
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                HistoryClient client = new HistoryClient(this, name + "-" + i, lock, ends, seed + i);
                running.add(CompletableFuture.runAsync(client, threads));
            }
            running.forEach(CompletableFuture::join);
        } catch (RuntimeException e) {
            answers.println(BROKEN + " " + e + " " + e.getCause());
            e.printStackTrace(System.err);
        }
        Runtime.getRuntime().halt(0);
    }

    /** It may be started while Redis is away. */
    private Redis connect(String uris) {
        while (true) {
            try {
                return uris.contains(URIS) ? Redis.connectCluster(uris.split("\\" + URIS, -1)) : Redis.connect(uris);
            } catch (PatternsException | RedisException e) {
                if (stopped) { // before it has begun
                    Runtime.getRuntime().halt(0);
                }
                LockSupport.parkNanos(100 * TICK_NANOS);
            }
        }
    }

    /** A process that does not run cannot be told anything: when this one did not is part of the history. */
    private void stalled(long from, long to) {
        say(new HistoryEvent(HistoryEvent.Kind.STALLED, name, "-", "-", 0, to, from));
    }

    /** Redis is away, which is no fault of the lock's. */
    void failed(RuntimeException failure) {
        answers.println(FAILED + " " + failure.getClass().getSimpleName() + " " + failure.getMessage());
        LockSupport.parkNanos(10 * TICK_NANOS);
    }

    boolean isStopped() {
        return stopped;
    }

    void say(HistoryEvent event) {
        answers.println(event.line());
    }

    void say(HistoryEvent.Kind kind, String client, String resource, long fence, long at, long value) {
        say(new HistoryEvent(kind, name, client, resource, fence, at, value));
    }

    /** Has the guarded store, which is with the parent, write with this token; false if it refuses. */
    boolean write(String resource, long fence) {
        long number = writesBegun.incrementAndGet();
        CompletableFuture<Boolean> written = new CompletableFuture<>();
        writes.put(number, written);
        answers.println(String.join(" ", WRITE, Long.toString(number), resource, Long.toString(fence), "."));
        return written.orTimeout(1, TimeUnit.MINUTES).join();
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
