package io.github.redispatterns.lab.core;

import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.lab.run.Bound;
import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Context;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.NothingShownException;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.testkit.FaultProxies;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;

/** The lost reply: the server has counted, and the connection breaks before the client hears of it. */
public final class LostReply implements Experiment {

    private static final int CALLS = 20;
    private static final Duration TTL = Duration.ofMinutes(10);

    /** Creates the experiment. */
    public LostReply() {}

    @Override
    public String name() {
        return "core/lost-reply";
    }

    @Override
    public String question() {
        return "The connection breaks after the server has executed an INCR and before its reply has arrived. Where does"
                + " the counter stand, and what is the caller told?";
    }

    @Override
    public String naive() {
        return "Lettuce with its default options: after the reconnect it sends what was in flight once more.";
    }

    @Override
    public String recipe() {
        return "Redis.execute: nothing that may have been executed is sent again, and the caller gets an"
                + " UnknownOutcomeException.";
    }

    @Override
    public Result run(Context context) throws Exception {
        int calls = context.load().scaled(CALLS, 2);
        try (FaultProxies proxies = FaultProxies.of(context.deployment())) {
            Tally naive;
            try (Counter counter = Counter.naive(context, proxies.clientResources())) {
                naive = cut("naive", counter, calls, proxies, context);
            }
            Tally recipe;
            try (Counter counter = Counter.recipe(context, proxies.clientResources())) {
                recipe = cut("recipe", counter, calls, proxies, context);
            }
            return result(naive, recipe);
        }
    }

    private static Tally cut(String answer, Counter counter, int calls, FaultProxies proxies, Context context) {
        Tally tally = new Tally();
        for (int i = 0; i < calls; i++) {
            context.progress().at(answer + ", call " + (i + 1) + " of " + calls);
            String key = context.keys().key(answer, "counter " + i);
            context.deployment().masterOf(key).call(commands -> commands.set(key, "0", SetArgs.Builder.ex(TTL)));
            int before = proxies.cuts();
            proxies.cutReplyOf("INCR");
            try {
                counter.increment(key);
                tally.successes++;
            } catch (UnknownOutcomeException e) {
                tally.unknowns++;
            }
            tally.cuts += proxies.cuts() - before;
            long executions = Long.parseLong(context.deployment().masterOf(key).call(commands -> commands.get(key)));
            tally.most = Math.max(tally.most, executions);
        }
        return tally;
    }

    private static Result result(Tally naive, Tally recipe) {
        if (naive.most < 2) {
            throw new NothingShownException(
                    "The naive client executed no INCR twice, with " + naive.cuts + " replies cut");
        }
        return new Result(
                "With " + naive.cuts + " replies cut, " + naive.successes
                        + " calls returned as if nothing had happened," + " and one INCR was executed up to "
                        + naive.most + " times.",
                List.of(
                        new Claim("executions of one INCR, at most", naive.most, recipe.most, Bound.atMost(1)),
                        new Claim(
                                "lost replies that the caller is told of as unknown",
                                naive.unknowns,
                                recipe.unknowns,
                                Bound.equalTo(recipe.cuts)),
                        new Claim(
                                "lost replies that the caller is told were successes",
                                naive.successes,
                                recipe.successes,
                                Bound.atMost(0)),
                        new Claim("replies that were cut", naive.cuts, recipe.cuts, Bound.atLeast(naive.cuts))));
    }

    private static final class Tally {
        private long cuts;
        private long most;
        private long successes;
        private long unknowns;
    }
}
