package io.github.redispatterns.testkit;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares the documented indexes of KEYS or ARGV with those that the body uses. */
record LuaIndexes(String table, List<String> header, LuaBody body, List<String> defects) {

    void check() {
        TreeSet<Integer> documented = new TreeSet<>();
        boolean openEnd = false;
        Pattern entry = Pattern.compile("^" + table + "\\[(\\d+)(\\.\\.)?]\\s+\\S.*");
        for (String line : header) {
            Matcher found = entry.matcher(line);
            if (found.matches()) {
                documented.add(Integer.parseInt(found.group(1)));
                openEnd |= found.group(2) != null;
            } else if (line.startsWith(table)) {
                defects.add("this header line is not \"" + table + "[n]  meaning\": " + line);
            }
        }
        TreeSet<Integer> used = new TreeSet<>();
        Matcher literal = Pattern.compile("\\b" + table + "\\[(\\d+)]").matcher(body.code());
        while (literal.find()) {
            used.add(Integer.parseInt(literal.group(1)));
        }
        boolean walks = Pattern.compile("\\b" + table + "\\b(?!\\[\\d+])(?<!#" + table + ")")
                .matcher(body.code())
                .find();
        compare(documented, used, openEnd, walks);
    }

    private void compare(TreeSet<Integer> documented, TreeSet<Integer> used, boolean openEnd, boolean walks) {
        int expected = 1;
        for (int index : documented) {
            if (index != expected++) {
                defects.add("its header does not number " + table + " from 1 without a gap: " + documented);
                break;
            }
        }
        for (int index : used) {
            boolean covered = documented.contains(index) || (openEnd && index > documented.last());
            require(covered, table + "[" + index + "] is used but not documented");
        }
        for (int index : documented) {
            boolean viaOpenEnd = openEnd && walks && index == documented.last();
            require(used.contains(index) || viaOpenEnd, table + "[" + index + "] is documented but not used");
        }
        require(
                !walks || openEnd,
                table + " is used other than by a literal index, and the header has no " + table + "[n..] entry");
        require(walks || !openEnd, "the header has a " + table + "[n..] entry, but the body only uses literal indexes");
    }

    private void require(boolean holds, String defect) {
        if (!holds) {
            defects.add(defect);
        }
    }
}
