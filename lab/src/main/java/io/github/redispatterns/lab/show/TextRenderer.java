package io.github.redispatterns.lab.show;

import io.github.redispatterns.lab.run.Claim;
import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Report;
import io.github.redispatterns.lab.run.Result;
import io.github.redispatterns.lab.run.Server;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** For people: each experiment's story with its claims, and a table at the end. */
public final class TextRenderer implements Renderer {

    private static final String INDENT = "  ";
    private static final int LABEL = 10;
    private static final int WIDTH = 100;

    private final PrintStream out;
    private final Style style;

    /**
     * Creates a renderer.
     *
     * @param out where to write
     * @param style how
     */
    public TextRenderer(PrintStream out, Style style) {
        this.out = out;
        this.style = style;
    }

    @Override
    public void list(List<Experiment> experiments) {
        for (Experiment experiment : experiments) {
            out.println(style.bold(experiment.name()));
            paragraph("", experiment.question());
        }
    }

    @Override
    public void report(Report report) {
        Experiment experiment = report.experiment();
        Result result = report.result();
        out.println(style.bold(experiment.name()));
        paragraph("Question", experiment.question());
        paragraph("Naive", experiment.naive());
        if (result != null) {
            paragraph("", result.naiveFailure());
        }
        paragraph("Recipe", experiment.recipe());
        if (report.error() != null) {
            out.println(INDENT + style.bad("FAILED") + "    " + report.error());
        } else if (result != null) {
            out.println();
            claims(result.claims());
        }
        out.println();
    }

    @Override
    public void summary(List<Report> reports) {
        if (reports.isEmpty()) {
            return;
        }
        Server server = reports.get(0).server();
        out.println(style.bold("Summary") + " on " + server.version() + ", " + server.topology());
        Table table = new Table(INDENT);
        table.row(
                Table.cell("experiment"), Table.cell("claims"), Table.cell("hold"), Table.cell("time"), Table.cell(""));
        for (Report report : reports) {
            Result result = report.result();
            List<Claim> claims = result == null || report.error() != null ? List.of() : result.claims();
            table.row(
                    Table.cell(report.experiment().name()),
                    Table.cell(Integer.toString(claims.size())),
                    Table.cell(
                            Long.toString(claims.stream().filter(Claim::holds).count())),
                    Table.cell(String.format(Locale.ROOT, "%.1f s", report.millis() / 1000.0)),
                    verdict(report));
        }
        table.lines().forEach(out::println);
    }

    private Table.Cell verdict(Report report) {
        if (report.error() != null) {
            return new Table.Cell("FAILED", style::bad);
        }
        return verdict(report.holds());
    }

    private Table.Cell verdict(boolean holds) {
        return holds ? new Table.Cell("holds", style::good) : new Table.Cell("BROKEN", style::bad);
    }

    private void claims(List<Claim> claims) {
        Table table = new Table(INDENT);
        table.row(Table.cell("claim"), Table.cell("naive"), Table.cell("recipe"), Table.cell("bound"), Table.cell(""));
        for (Claim claim : claims) {
            Number naive = claim.naive();
            table.row(
                    Table.cell(claim.claim()),
                    Table.cell(naive == null ? "-" : naive.toString()),
                    Table.cell(claim.recipe().toString()),
                    Table.cell(claim.bound().toString()),
                    verdict(claim.holds()));
        }
        table.lines().forEach(out::println);
    }

    /** A label and text broken into lines beside it. */
    private void paragraph(String label, String text) {
        String head = INDENT + label + " ".repeat(LABEL - label.length());
        StringBuilder line = new StringBuilder(head);
        for (String word : text.split(" ", -1)) {
            if (line.length() > head.length() && line.length() + word.length() > WIDTH) {
                out.println(line.toString().stripTrailing());
                line = new StringBuilder(" ".repeat(head.length()));
            }
            line.append(word).append(' ');
        }
        out.println(line.toString().stripTrailing());
    }
}
