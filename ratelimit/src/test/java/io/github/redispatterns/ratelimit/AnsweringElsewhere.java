package io.github.redispatterns.ratelimit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Its answers come on another thread, as Redis's do. */
record AnsweringElsewhere(LimitStore<String, Rule> inner, Executor there) implements LimitStore<String, Rule> {

    @Override
    public Rule rule() {
        return inner.rule();
    }

    @Override
    public void use(Rule rule) {
        inner.use(rule);
    }

    @Override
    public CompletionStage<Decision> decide(String key, long cost) {
        return decide(key, List.of(cost)).thenApply(decisions -> decisions.get(0));
    }

    @Override
    public CompletionStage<List<Decision>> decide(String key, List<Long> costs) {
        return CompletableFuture.runAsync(() -> {}, there).thenCompose(gone -> inner.decide(key, costs));
    }

    @Override
    public CompletionStage<Decision> peek(String key) {
        return inner.peek(key);
    }

    @Override
    public CompletionStage<Void> reset(String key) {
        return inner.reset(key);
    }
}
