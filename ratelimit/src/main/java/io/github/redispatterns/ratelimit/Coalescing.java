package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.FlushConsolidation;
import io.github.redispatterns.core.Sync;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends the calls for one key that come while another is under way together, in the order in which they came, once that
 * one has come back. So a hot key costs one script for each round trip, whatever the number of callers, and a call that
 * meets no other is sent as it is.
 */
final class Coalescing<K, R extends Terms> implements LimitStore<K, R> {

    private final LimitStore<K, R> inner;
    private final int most;
    private final RateMetrics metrics;
    private final ConcurrentMap<K, Line> lines = new ConcurrentHashMap<>();

    Coalescing(LimitStore<K, R> inner, int most, RateMetrics metrics) {
        this.inner = inner;
        this.most = most;
        this.metrics = metrics;
    }

    @Override
    public R rule() {
        return inner.rule();
    }

    @Override
    public void use(R rule) {
        inner.use(rule);
    }

    @Override
    public CompletionStage<Decision> decide(K key, long cost) {
        rule().checkCost(cost);
        @Nullable Call call = null;
        while (true) {
            Line line = lines.get(key);
            if (line == null) {
                Line mine = new Line(key);
                line = lines.putIfAbsent(key, mine);
                if (line == null) {
                    return mine.alone(cost);
                }
            }
            if (call == null) {
                call = new Call(cost);
            }
            if (line.joined(call)) {
                return call;
            }
            lines.remove(key, line); // it has just ended
        }
    }

    @Override
    public CompletionStage<List<Decision>> decide(K key, List<Long> costs) {
        return inner.decide(key, costs);
    }

    @Override
    public CompletionStage<Decision> peek(K key) {
        return inner.peek(key);
    }

    @Override
    public CompletionStage<Void> reset(K key) {
        return inner.reset(key);
    }

    @Override
    public void close() {
        inner.close();
    }

    /** For tests. */
    int underWay() {
        return lines.size();
    }

    /** One that waits for its turn; linked to the one that came before it. */
    private static final class Call extends CompletableFuture<Decision> {

        /** Below the first of those that wait: a script is under way. */
        private static final Call NONE = new Call(0);

        /** Nothing is under way any more, and nobody may join. */
        private static final Call ENDED = new Call(0);

        private final long cost;
        private @Nullable Call before;

        Call(long cost) {
            this.cost = cost;
        }
    }

    /** The calls for one key, from the first that is sent until one comes back and nobody waits. */
    private final class Line {

        private final K key;
        private final AtomicReference<Call> last = new AtomicReference<>(Call.NONE);

        /** Taken out of the chain, and not sent yet. Whoever received the last reply has it to himself. */
        private final Deque<Call> gathered = new ArrayDeque<>(0);

        Line(K key) {
            this.key = key;
        }

        boolean joined(Call call) {
            while (true) {
                Call before = last.get();
                if (before == Call.ENDED) {
                    return false;
                }
                call.before = before;
                if (last.compareAndSet(before, call)) {
                    return true;
                }
            }
        }

        CompletionStage<Decision> alone(long cost) {
            CompletionStage<Decision> sent;
            try {
                sent = inner.decide(key, cost);
            } catch (RuntimeException | Error e) {
                sendOthers();
                throw e;
            }
            return sent.whenComplete((decision, failure) -> sendOthers());
        }

        /**
         * As long as there are some, and replies are there at once; else when the next one comes. Who is told may be slow,
         * or wait for the others, so he is told when those are under way or have been decided.
         */
        private void sendOthers() {
            List<Runnable> told = new ArrayList<>(0);
            try {
                while (hasNext()) {
                    List<Call> calls = next();
                    CompletableFuture<List<Decision>> sent = send(calls).toCompletableFuture();
                    if (!sent.isDone()) {
                        sent.whenComplete((decisions, failure) -> {
                            try {
                                sendOthers();
                            } finally {
                                tell(calls, decisions, failure);
                            }
                        });
                        FlushConsolidation.flushEarly();
                        return;
                    }
                    told.add(() -> sent.whenComplete((decisions, failure) -> tell(calls, decisions, failure)));
                }
            } finally {
                told.forEach(Runnable::run);
            }
        }

        private boolean hasNext() {
            if (!gathered.isEmpty()) {
                return true;
            }
            if (last.compareAndSet(Call.NONE, Call.ENDED)) {
                lines.remove(key, this);
                return false;
            }
            Call call = last.getAndSet(Call.NONE);
            while (call != null && call != Call.NONE) {
                gathered.addFirst(call);
                Call earlier = call.before;
                call.before = null;
                call = earlier;
            }
            return true;
        }

        private List<Call> next() {
            List<Call> calls = new ArrayList<>(Math.min(gathered.size(), most));
            while (calls.size() < most && !gathered.isEmpty()) {
                calls.add(gathered.removeFirst());
            }
            return calls;
        }

        /** Without those that the limit, if it has become another meanwhile, can never grant: they fail alone. */
        private CompletionStage<List<Decision>> send(List<Call> calls) {
            while (true) {
                R rule = rule();
                calls.removeIf(call -> {
                    try {
                        rule.checkCost(call.cost);
                        return false;
                    } catch (IllegalArgumentException e) {
                        return call.completeExceptionally(e);
                    }
                });
                if (calls.isEmpty()) {
                    return CompletableFuture.completedFuture(List.of());
                }
                try {
                    return ask(calls);
                } catch (IllegalArgumentException e) {
                    if (rule().equals(rule)) {
                        return CompletableFuture.failedFuture(e);
                    }
                } catch (RuntimeException | Error e) {
                    return CompletableFuture.failedFuture(e);
                }
            }
        }

        private CompletionStage<List<Decision>> ask(List<Call> calls) {
            if (calls.size() == 1) {
                return inner.decide(key, calls.get(0).cost).thenApply(Collections::singletonList);
            }
            metrics.coalesced(calls.size());
            return inner.decide(key, calls.stream().map(call -> call.cost).toList());
        }

        private void tell(List<Call> calls, @Nullable List<Decision> decisions, @Nullable Throwable failure) {
            for (int i = 0; i < calls.size(); i++) {
                if (decisions != null) {
                    calls.get(i).complete(decisions.get(i));
                } else if (failure != null) {
                    calls.get(i).completeExceptionally(Sync.unwrap(failure));
                }
            }
        }
    }
}
