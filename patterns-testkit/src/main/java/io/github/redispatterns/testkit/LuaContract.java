package io.github.redispatterns.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that a Lua script keeps the contract that its header states.
 *
 * <p>A header looks like this, directly below the {@code #!lua} line:
 *
 * <pre>{@code
 * --[[ lock_release: delete the lease only if the caller still owns it.
 * KEYS[1]  lease, hash
 * ARGV[1]  owner token
 * Returns  1 released; 0 absent or owned by another
 * Cost     O(1), one round trip        Slot    one key
 * Time     none                        Redis   7.0+, Valkey 7.2+
 * Source   Redis docs, "Distributed locks"
 * ]]
 * }</pre>
 *
 * <p>{@code ARGV[3..]} documents the third and all further ones, for a body that walks through them.
 *
 * <p><b>Thread safety</b>: safe, without state.
 */
public final class LuaContract {

    private static final int LONGEST = 60;

    private static final Pattern FILE_NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)+\\.lua");
    private static final Pattern SHEBANG = Pattern.compile("#!lua(?: flags=([a-z-]+(?:,[a-z-]+)*))?");
    private static final Set<String> FLAGS =
            Set.of("no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys");
    private static final List<String> FACTS = List.of("Returns", "Cost", "Slot", "Time", "Redis", "Source");
    private static final Pattern TIME = Pattern.compile("(?i)\\bredis\\.p?call\\(\\s*['\"]TIME['\"]");

    private final String fileName;
    private final List<String> lines;
    private final List<String> defects = new ArrayList<>();

    private LuaContract(String fileName, List<String> lines) {
        this.fileName = fileName;
        this.lines = lines;
    }

    /**
     * Checks one script.
     *
     * @param fileName its name without a directory, {@code <noun>_<verb>.lua}
     * @param source all of the file
     * @throws IllegalArgumentException if one of them is null
     * @throws AssertionError that names the file and every defect
     */
    public static void check(String fileName, String source) {
        Check.notNull("fileName", fileName);
        Check.notNull("source", source);
        LuaContract contract = new LuaContract(fileName, source.lines().toList());
        if (source.indexOf('\r') >= 0) {
            contract.defects.add("it has line ends other than LF");
        }
        contract.check();
        if (!contract.defects.isEmpty()) {
            throw new AssertionError(fileName + ": " + String.join("; ", contract.defects));
        }
    }

    private void check() {
        require(FILE_NAME.matcher(fileName).matches(), "its name is not <noun>_<verb>.lua in lower case");
        checkFirstLine();
        int end = lines.indexOf("]]");
        String opening = "--[[ " + fileName.replaceAll("\\.lua$", "") + ": ";
        if (end < 0 || !lines.get(1).startsWith(opening)) {
            defects.add("its second line must begin with \"" + opening + "\", and a line \"]]\" must end that comment");
            return;
        }
        List<String> header = lines.subList(1, end);
        LuaBody body = LuaBody.of(lines.subList(end + 1, lines.size()));
        require(
                body.lines() <= LONGEST,
                "it has " + body.lines() + " lines of code; at most " + LONGEST + " are allowed");
        FACTS.forEach(fact -> require(!fact(header, fact).isEmpty(), "its header lacks " + fact));
        new LuaIndexes("KEYS", header, body, defects).check();
        new LuaIndexes("ARGV", header, body, defects).check();
        boolean asksTime = TIME.matcher(body.withStrings()).find();
        boolean saysNone = fact(header, "Time").startsWith("none");
        require(!(asksTime && saysNone), "its header says Time none, but its body asks redis.call('TIME')");
        require(asksTime || saysNone, "its header states a Time, but its body never asks redis.call('TIME')");
    }

    private void checkFirstLine() {
        Matcher first = SHEBANG.matcher(lines.isEmpty() ? "" : lines.get(0));
        if (!first.matches()) {
            defects.add("its first line must be #!lua, or #!lua flags=...");
        } else if (first.group(1) != null) {
            for (String flag : first.group(1).split(",", -1)) {
                require(FLAGS.contains(flag), "Redis knows no flag " + flag);
            }
        }
    }

    /** A fact stands at the beginning of a line, or after a gap of two or more spaces. */
    private static String fact(List<String> header, String name) {
        Pattern pattern = Pattern.compile("(?:^|\\s{2,})" + name + "\\s+(\\S.*)");
        return header.stream()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .findFirst()
                .map(found -> found.group(1))
                .orElse("");
    }

    private void require(boolean holds, String defect) {
        if (!holds) {
            defects.add(defect);
        }
    }
}
