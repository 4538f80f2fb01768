package io.github.redispatterns.ratelimit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store whose replies the test gives, if it wants to; else it answers at once, and grants the costs that are even. */
final class HeldStore implements LimitStore<String, Rule> {

    /** One script call. */
    record Script(String key, List<Long> costs, CompletableFuture<List<Decision>> reply) {

        void answer() {
            reply.complete(costs.stream().map(HeldStore::decision).toList());
        }
    }

    final List<Script> scripts = Collections.synchronizedList(new ArrayList<>());
    volatile boolean holds = true;
    volatile Decision looked = decision(2);
    private volatile Rule rule;

    HeldStore(Rule rule) {
        this.rule = rule;
    }

    static Decision decision(long cost) {
        boolean granted = cost % 2 == 0;
        Duration wait = granted ? Duration.ZERO : Duration.ofSeconds(cost);
        return new Decision(granted, 0, wait, Duration.ofSeconds(100), false, Optional.empty());
    }

    Script last() {
        return scripts.get(scripts.size() - 1);
    }

    @Override
    public Rule rule() {
        return rule;
    }

    @Override
    public void use(Rule next) {
        rule = next;
    }

    @Override
    public CompletionStage<Decision> decide(String key, long cost) {
        return decide(key, List.of(cost)).thenApply(decisions -> decisions.get(0));
    }

    @Override
    public CompletionStage<List<Decision>> decide(String key, List<Long> costs) {
        Rule by = rule;
        costs.forEach(by::checkCost);
        Script script = new Script(key, costs, new CompletableFuture<>());
        scripts.add(script);
        if (!holds) {
            script.answer();
        }
        return script.reply();
    }

    @Override
    public CompletionStage<Decision> peek(String key) {
        return CompletableFuture.completedFuture(looked);
    }

    @Override
    public CompletionStage<Void> reset(String key) {
        return CompletableFuture.completedFuture(null);
    }
}
