package io.github.redispatterns.lab.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is in a Markdown file. */
record Document(List<Block> blocks, List<String> links) {

    /**
     * A fenced block.
     *
     * @param line where its fence is, from 1
     * @param language what the fence says
     * @param before the line directly before the fence
     * @param lines what is inside
     */
    record Block(int line, String language, String before, List<String> lines) {

        /** Empty if no snippet is named directly before the fence. */
        String reference() {
            Matcher named = SNIPPET.matcher(before);
            return named.matches() ? named.group(1) : "";
        }
    }

    private static final Pattern SNIPPET = Pattern.compile("\\s*<!--\\s*snippet:\\s*(\\S+)\\s*-->\\s*");
    private static final Pattern FENCE = Pattern.compile("\\s*```\\s*(\\w*).*");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)(?:\\s+\"[^\"]*\")?\\)");

    static Document parse(String text) {
        List<Block> blocks = new ArrayList<>();
        List<String> links = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                LINK.matcher(lines.get(i).replaceAll("`[^`]*`", ""))
                        .results()
                        .forEach(link -> links.add(link.group(1)));
                continue;
            }
            int start = i;
            List<String> inside = new ArrayList<>();
            for (i++; i < lines.size() && !lines.get(i).strip().equals("```"); i++) {
                inside.add(lines.get(i));
            }
            blocks.add(new Block(start + 1, fence.group(1), start == 0 ? "" : lines.get(start - 1), inside));
        }
        return new Document(blocks, links);
    }
}
