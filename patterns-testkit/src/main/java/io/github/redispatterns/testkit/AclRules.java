package io.github.redispatterns.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** ACL rules as a README documents them: in the fenced block below {@code <!-- acl -->}. */
record AclRules(Path readme, List<String> words) {

    private static final Pattern BLOCK =
            Pattern.compile("^<!-- acl -->\\s*^```\\w*\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    static AclRules in(Path readme) {
        Path file = Check.notNull("readme", readme).toAbsolutePath();
        List<MatchResult> blocks = BLOCK.matcher(read(file)).results().toList();
        if (blocks.size() != 1) {
            throw new TestkitException(
                    file + " must have one fenced block below a line <!-- acl -->, and has " + blocks.size());
        }
        return new AclRules(file, List.of(blocks.get(0).group(1).strip().split("\\s+")));
    }

    /** For keys and channels below a prefix instead of the documented ones. */
    String forKeys(String documentedPattern, String prefix) {
        String keys = "~" + Check.notBlank("documentedPattern", documentedPattern);
        String channels = "&" + documentedPattern;
        String wanted = Check.notBlank("prefix", prefix) + ":*";
        if (!words.contains(keys)) {
            throw new TestkitException("The ACL rules in " + readme + " do not allow " + keys);
        }
        return words.stream()
                .map(word -> word.equals(keys) || word.equals(channels) ? word.charAt(0) + wanted : word)
                .collect(Collectors.joining(" "));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new TestkitException("Cannot read the ACL rules in " + file + ": " + e, e);
        }
    }
}
