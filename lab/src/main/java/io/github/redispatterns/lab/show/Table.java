package io.github.redispatterns.lab.show;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Rows in columns: the first column to the left, numbers to the right. */
final class Table {

    /** A cell, and how it is dressed once it has its width. */
    record Cell(String text, UnaryOperator<String> dress) {}

    private final String indent;
    private final List<List<Cell>> rows = new ArrayList<>();

    Table(String indent) {
        this.indent = indent;
    }

    static Cell cell(String text) {
        return new Cell(text, UnaryOperator.identity());
    }

    void row(Cell... cells) {
        rows.add(List.of(cells));
    }

    List<String> lines() {
        int columns = rows.get(0).size();
        int[] widths = IntStream.range(0, columns)
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).text().length())
                        .max()
                        .orElse(0))
                .toArray();
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<Cell> row, int[] widths) {
        StringBuilder line = new StringBuilder(indent);
        for (int column = 0; column < widths.length; column++) {
            Cell cell = row.get(column);
            String blanks = " ".repeat(widths[column] - cell.text().length());
            String dressed = cell.dress().apply(cell.text());
            line.append(column == 0 ? dressed + blanks : "  " + blanks + dressed);
        }
        return line.toString().stripTrailing();
    }
}
