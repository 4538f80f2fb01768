package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.bench.Bench;
import io.github.redispatterns.benchmarks.catalog.Catalog;
import io.github.redispatterns.benchmarks.compare.Comparison;
import io.github.redispatterns.benchmarks.compare.RunFile;
import io.github.redispatterns.benchmarks.run.BenchReport;
import io.github.redispatterns.benchmarks.run.Length;
import io.github.redispatterns.benchmarks.run.Verdict;
import io.github.redispatterns.benchmarks.show.JsonRenderer;
import io.github.redispatterns.benchmarks.show.Renderer;
import io.github.redispatterns.benchmarks.show.TextRenderer;
import java.nio.file.Path;
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

/**
 * What a command line asks for. Returns 0 if everything ran, with {@code --strict} also within its bounds, else 1. Of two
 * runs, 1 only if {@code --strict} asks and they do not agree.
 */
@Command(
        name = "recipes bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis = {
            "recipes bench [NAME...] [--quick] [--json] [--strict] [--redis URI]",
            "                     [--results FILE]",
            "       recipes bench list [NAME...] [--json]",
            "       recipes bench --compare FIRST SECOND [--json] [--strict]"
        },
        description = {
            "",
            "Measures each recipe beside the bare commands and beside what a user would pick instead, in rounds that"
                    + " take turns on one Redis.",
            ""
        },
        footer = {
            "",
            "A full run on the embedded Redis writes benchmarks/results, a file for each module that it measures whole.",
            "The exit status is 0 if everything ran, 1 if something failed, 2 if this is not how to call it."
        })
final class BenchCommand implements Callable<Integer> {

    private static final String LIST = "list";

    private final Catalog catalog;
    private final Terminal terminal;
    private final Map<String, String> environment;
    private final String root;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "NAME",
            description = "A bench, such as core/get, or a module for all of its benches. Without a name: all there"
                    + " are.")
    private List<String> words = List.of();

    @Option(
            names = "--compare",
            arity = "2",
            paramLabel = "FIRST SECOND",
            hideParamSyntax = true,
            description = "Do two runs agree? Compares every ratio to raw in two files that --json wrote, and"
                    + " measures nothing.")
    private List<Path> compared = List.of();

    @Option(names = "--quick", description = "One fork and short rounds: a minute for each NAME, or for each module.")
    private boolean quick;

    @Option(names = "--json", description = "One JSON object per case, each on one line, then one per bound.")
    private boolean json;

    @Option(
            names = "--redis",
            paramLabel = "URI",
            description = "The Redis to use, a single server. Default: REDIS_URI, and without it an embedded one,"
                    + " started for the run.")
    private @Nullable String redis;

    @Option(
            names = "--results",
            paramLabel = "FILE",
            description = "Writes the results of this run there, as a Markdown document.")
    private @Nullable Path results;

    @Option(
            names = "--strict",
            description = "Exit status 1 also if a bound does not hold, or if a ratio of two runs changed by more than"
                    + " 10 %%.")
    private boolean strict;

    /** Replaced by tests. */
    private @Nullable Laboratory laboratory;

    BenchCommand(Catalog catalog, Terminal terminal, Map<String, String> environment, String root) {
        this.catalog = catalog;
        this.terminal = terminal;
        this.environment = environment;
        this.root = root;
    }

    BenchCommand on(Laboratory other) {
        laboratory = other;
        return this;
    }

    @Override
    public Integer call() {
        Renderer renderer =
                json ? new JsonRenderer(terminal.out()) : new TextRenderer(terminal.out(), terminal.style());
        if (!compared.isEmpty()) {
            Comparison comparison = usage(this::compare);
            renderer.comparison(comparison);
            return strict && comparison.beyond() > 0 ? 1 : 0;
        }
        boolean lists = !words.isEmpty() && words.get(0).equals(LIST);
        List<Catalog.Group> groups = usage(() -> catalog.pick(lists ? words.subList(1, words.size()) : words));
        if (lists) {
            List<Bench> benches =
                    groups.stream().flatMap(group -> group.benches().stream()).toList();
            renderer.list(benches);
            return 0;
        }
        return isFine(run(groups, renderer)) ? 0 : 1;
    }

    private Comparison compare() {
        boolean runs = !words.isEmpty() || quick || redis != null || results != null;
        if (runs || compared.size() != 2) {
            throw new IllegalArgumentException("--compare takes two files, and beside them only --json and --strict");
        }
        return Comparison.of(RunFile.ratios(compared.get(0)), RunFile.ratios(compared.get(1)));
    }

    private List<BenchReport> run(List<Catalog.Group> groups, Renderer renderer) {
        Laboratory where = laboratory == null ? laboratory() : laboratory;
        Results files = results();
        List<BenchReport> reports = new ArrayList<>();
        where.run(groups, quick ? Length.QUICK : Length.FULL, terminal.progress(), report -> {
            terminal.clearProgress();
            reports.add(report);
            renderer.report(report);
            files.add(report);
        });
        renderer.summary(reports);
        terminal.err().println(files.end());
        return reports;
    }

    private boolean isFine(List<BenchReport> reports) {
        boolean ran = reports.stream().noneMatch(BenchReport::failed);
        boolean held =
                reports.stream().flatMap(report -> report.verdicts().stream()).allMatch(Verdict::holds);
        return ran && (held || !strict);
    }

    /** Only a run that others can repeat, and in full length, is worth keeping in the project. */
    private Results results() {
        if (results != null) {
            return Results.in(results);
        }
        boolean kept = !quick && uri().isBlank() && !root.isBlank();
        return kept ? Results.ofModules(Path.of(root, "benchmarks", "results"), catalog) : Results.none();
    }

    private Laboratory laboratory() {
        String uri = uri();
        return uri.isBlank() ? RedisLaboratory.embedded() : usage(() -> RedisLaboratory.given(uri));
    }

    private String uri() {
        return redis == null ? environment.getOrDefault("REDIS_URI", "") : redis;
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
