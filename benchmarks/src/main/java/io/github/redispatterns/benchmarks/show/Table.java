package io.github.redispatterns.benchmarks.show;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rows in columns.
 *
 * @param words how many columns hold words, which stand to the left; the others hold numbers
 * @param head what the columns are called
 * @param rows the cells
 */
record Table(int words, List<String> head, List<List<String>> rows) {

    /** For a terminal. */
    List<String> text(String indent) {
        return all().map(row -> (indent + line(row, "  ")).stripTrailing()).toList();
    }

    /** For a document, aligned in its source as well: so the difference of two runs can be read. */
    List<String> markdown() {
        List<String> lines = new ArrayList<>();
        all().forEach(row -> lines.add("| " + line(row, " | ") + " |"));
        lines.add(1, rule());
        return lines;
    }

    private String rule() {
        return IntStream.range(0, head.size())
                .mapToObj(
                        column -> column < words ? "-".repeat(width(column) + 2) : "-".repeat(width(column) + 1) + ':')
                .collect(Collectors.joining("|", "|", "|"));
    }

    private Stream<List<String>> all() {
        return Stream.concat(Stream.of(head), rows.stream());
    }

    private int width(int column) {
        return all().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private String line(List<String> row, String gap) {
        return IntStream.range(0, row.size())
                .mapToObj(column -> {
                    String text = row.get(column);
                    String blanks = " ".repeat(width(column) - text.length());
                    return column < words ? text + blanks : blanks + text;
                })
                .collect(Collectors.joining(gap));
    }
}
