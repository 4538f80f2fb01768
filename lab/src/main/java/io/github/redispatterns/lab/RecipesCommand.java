package io.github.redispatterns.lab;

import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Load;
import io.github.redispatterns.lab.run.Report;
import io.github.redispatterns.lab.show.JsonRenderer;
import io.github.redispatterns.lab.show.Renderer;
import io.github.redispatterns.lab.show.TextRenderer;
import io.github.redispatterns.testkit.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a command line asks for. Returns 0 if every claim holds, and 1 if one does not or something failed. */
@Command(
        name = "recipes",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis = {
            "recipes [run] [NAME...] [--json] [--redis URI] [--topology TOPOLOGY] [--scale N] [--seed N]",
            "       recipes list [NAME...] [--json]",
            "       recipes bench [NAME...] [--quick] [--json]"
        },
        description = {
            "",
            "Runs experiments on a real Redis. In each of them a naive answer is seen to fail, and a recipe to hold.",
            ""
        },
        footer = {
            "",
            "recipes bench measures how fast the recipes are; it is a program of its own: recipes bench --help.",
            "The exit status is 0 if every claim holds, 1 if one does not or something failed, 2 if this is not"
                    + " how to call it."
        })
final class RecipesCommand implements Callable<Integer> {

    private static final String RUN = "run";
    private static final String LIST = "list";

    private final Catalog catalog;
    private final Terminal terminal;
    private final Map<String, String> environment;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "NAME",
            description = "An experiment, such as cache-aside/stampede, or a module for all of its experiments."
                    + " Without a name: all there are.")
    private List<String> words = List.of();

    @Option(names = "--json", description = "One JSON object per experiment, each on one line, and nothing else.")
    private boolean json;

    @Option(
            names = "--redis",
            paramLabel = "URI",
            description = "The Redis to use: redis://, rediss:// or redis-sentinel://. Default: REDIS_URI, and without"
                    + " it an embedded one, started for the run.")
    private @Nullable String redis;

    @Option(
            names = "--topology",
            paramLabel = "TOPOLOGY",
            description = "What to start: standalone (default), sentinel or cluster.")
    private @Nullable Topology topology;

    @Option(names = "--scale", paramLabel = "N", description = "Multiplies the load, such as 0.1. Default: 1.")
    private double scale = 1;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Makes the random choices of an earlier run again. Default: another one each time.")
    private @Nullable Long seed;

    /** Replaced by tests. */
    private @Nullable Laboratory laboratory;

    RecipesCommand(Catalog catalog, Terminal terminal, Map<String, String> environment) {
        this.catalog = catalog;
        this.terminal = terminal;
        this.environment = environment;
    }

    RecipesCommand on(Laboratory other) {
        laboratory = other;
        return this;
    }

    @Override
    public Integer call() {
        Renderer renderer =
                json ? new JsonRenderer(terminal.out()) : new TextRenderer(terminal.out(), terminal.style());
        boolean lists = !words.isEmpty() && words.get(0).equals(LIST);
        boolean runs = !words.isEmpty() && words.get(0).equals(RUN);
        List<Experiment> picked = usage(() -> catalog.pick(lists || runs ? words.subList(1, words.size()) : words));
        if (lists) {
            renderer.list(picked);
            return 0;
        }
        return run(picked, load(), renderer) ? 0 : 1;
    }

    private boolean run(List<Experiment> picked, Load load, Renderer renderer) {
        Laboratory where = laboratory == null ? laboratory() : laboratory;
        List<Report> reports = new ArrayList<>();
        boolean all = where.run(picked, load, terminal.progress(), report -> {
            terminal.clearProgress();
            reports.add(report);
            renderer.report(report);
        });
        renderer.summary(reports);
        if (!json) {
            terminal.out().println("  seed " + load.seed() + ", scale " + load.scale());
        }
        return all;
    }

    private Laboratory laboratory() {
        String uri = redis == null ? environment.getOrDefault("REDIS_URI", "") : redis;
        if (uri.isBlank()) {
            return RedisLaboratory.embedded(topology == null ? Topology.STANDALONE : topology);
        }
        if (topology != null) {
            terminal.err().println("recipes: --topology has no effect on a Redis that is given; it is what it is");
        }
        return usage(() -> RedisLaboratory.given(uri));
    }

    private Load load() {
        Load ordinary = Load.ordinary();
        return usage(() -> new Load(scale, seed == null ? ordinary.seed() : seed));
    }

    /** Whatever is wrong with an argument is told as picocli tells its own complaints. */
    private <T> T usage(Supplier<T> argument) {
        try {
            return argument.get();
        } catch (IllegalArgumentException | Catalog.UnknownNameException e) {
            if (spec == null) {
                throw e;
            }
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
