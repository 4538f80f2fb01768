package io.github.redispatterns.lab.rules;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The part of a source file that a document shows: {@code path} for all of it, {@code path#name} for the lines between
 * {@code region name} and {@code endregion} in comments of its own, without their common indentation.
 */
record Snippet(String path, String region) {

    static Snippet parse(String reference) {
        int hash = reference.indexOf('#');
        return hash < 0
                ? new Snippet(reference, "")
                : new Snippet(reference.substring(0, hash), reference.substring(hash + 1));
    }

    List<String> lines(Path root) {
        Path file = root.resolve(path);
        if (!Files.isRegularFile(file)) {
            throw new AssertionError("There is no file " + path);
        }
        List<String> all = Repository.read(file).lines().toList();
        return region.isEmpty() ? all : dedent(between(all));
    }

    /** Replaces what is in the blocks of a document that name their code. */
    static void writeInto(Path document, Path root) {
        List<String> written = new ArrayList<>(Repository.read(document).lines().toList());
        List<Document.Block> blocks =
                new ArrayList<>(Document.parse(Repository.read(document)).blocks());
        Collections.reverse(blocks); // from the end, so that the lines of the others stay where they are
        for (Document.Block block : blocks) {
            if (!block.reference().isEmpty()) {
                List<String> inside = written.subList(
                        block.line(), block.line() + block.lines().size());
                inside.clear();
                inside.addAll(parse(block.reference()).lines(root));
            }
        }
        Repository.write(document, String.join("\n", written) + "\n");
    }

    private List<String> between(List<String> all) {
        List<String> inside = new ArrayList<>();
        boolean open = false;
        boolean found = false;
        for (String line : all) {
            String comment = line.strip().replaceFirst("^(//|--)\\s*", "");
            boolean isComment = !comment.equals(line.strip());
            if (isComment && comment.equals("region " + region)) {
                open = true;
                found = true;
            } else if (isComment && comment.equals("endregion")) {
                open = false;
            } else if (open) {
                inside.add(line);
            }
        }
        if (!found || open) {
            throw new AssertionError("There is no region " + region + " with an end in " + path);
        }
        return inside;
    }

    private static List<String> dedent(List<String> lines) {
        int indent = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return lines.stream()
                .map(line -> line.isBlank() ? "" : line.substring(indent))
                .collect(Collectors.toList());
    }
}
