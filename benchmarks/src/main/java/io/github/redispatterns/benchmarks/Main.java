package io.github.redispatterns.benchmarks;

import io.github.redispatterns.benchmarks.catalog.Catalog;
import io.github.redispatterns.benchmarks.show.Style;
import io.github.redispatterns.benchmarks.worker.Failures;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;

/** The program behind {@code ./recipes bench}. */
public final class Main {

    private Main() {}

    /**
     * Runs the program, and ends the JVM with its exit status.
     *
     * @param args the command line, without {@code bench}
     */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err); // results alone go to standard output, whoever else may have something to say
        Map<String, String> environment = System.getenv();
        Terminal terminal = Terminal.of(out, System.err, System.getProperty("recipes.terminals", ""), environment);
        BenchCommand command =
                new BenchCommand(Catalog.all(), terminal, environment, System.getProperty("recipes.root", ""));
        System.exit(commandLine(command, terminal).execute(args));
    }

    static CommandLine commandLine(BenchCommand command, Terminal terminal) {
        PrintWriter err = new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8);
        return new CommandLine(command)
                .setColorScheme(Help.defaultColorScheme(terminal.style() == Style.COLOURED ? Ansi.ON : Ansi.OFF))
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(err)
                .setParameterExceptionHandler((complaint, args) -> {
                    err.println("recipes bench: " + complaint.getMessage());
                    err.println("Try: recipes bench --help");
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((failure, line, result) -> { // nothing was run, or not to its end
                    terminal.clearProgress();
                    err.println("recipes bench: " + Failures.describe(failure));
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }
}
