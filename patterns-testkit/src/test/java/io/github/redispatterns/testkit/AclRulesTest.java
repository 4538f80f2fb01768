package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AclRulesTest {

    private static final String BLOCK =
            "<!-- acl -->\n```\n~shop:product:* %R~shop:rate resetchannels\n-@all +get\n```\n";

    @TempDir
    private Path directory;

    @Test
    void theDocumentedPatternGivesWayToThePrefix() throws IOException {
        assertThat(rules("# Rights\n\n" + BLOCK + "\n```sh\nls\n```\n").forKeys("shop:product:*", "Test.a.1"))
                .isEqualTo("~Test.a.1:* %R~shop:rate resetchannels -@all +get");
    }

    @Test
    void theChannelsGiveWayToo() throws IOException {
        String readme = "<!-- acl -->\n```\n~a:* resetchannels &a:* &other:* +publish\n```\n";

        assertThat(rules(readme).forKeys("a:*", "b")).isEqualTo("~b:* resetchannels &b:* &other:* +publish");
    }

    @Test
    void theFenceMayNameALanguageAndStandBelowAnEmptyLine() throws IOException {
        String readme = "<!-- acl -->\r\n\r\n```text\r\n~a:* +get\r\n```\r\n";

        assertThat(rules(readme).forKeys("a:*", "b")).isEqualTo("~b:* +get");
    }

    @Test
    void whatIsMissingIsSaidInOneSentence() throws IOException {
        Path readme = directory.resolve("README.md");
        assertThatThrownBy(() -> AclRules.in(readme))
                .isInstanceOf(TestkitException.class)
                .hasMessageStartingWith("Cannot read the ACL rules in " + readme);
        String one = readme + " must have one fenced block below a line <!-- acl -->, and has ";
        assertThatThrownBy(() -> rules("# Rights\n```\n~a:* +get\n```\n")).hasMessage(one + 0);
        assertThatThrownBy(() -> rules("<!-- acl -->\nNone.\n```\n~a:* +get\n```\n"))
                .hasMessage(one + 0);
        assertThatThrownBy(() -> rules(BLOCK + BLOCK)).hasMessage(one + 2);
        AclRules rules = rules(BLOCK);
        assertThatThrownBy(() -> rules.forKeys("shop:*", "b"))
                .hasMessage("The ACL rules in " + readme + " do not allow ~shop:*");
    }

    @Test
    void badArgumentsAreRefused() throws IOException {
        AclRules rules = rules(BLOCK);
        assertThatThrownBy(() -> AclRules.in(null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("readme: must not be null");
        assertThatThrownBy(() -> rules.forKeys("", "b")).hasMessage("documentedPattern: must not be blank");
        assertThatThrownBy(() -> rules.forKeys("shop:product:*", null)).hasMessage("prefix: must not be null");
        assertThatThrownBy(() -> AclUser.fromReadme(null, directory, "a:*", "b"))
                .hasMessage("deployment: must not be null");
    }

    private AclRules rules(String text) throws IOException {
        return AclRules.in(Files.writeString(directory.resolve("README.md"), text));
    }
}
