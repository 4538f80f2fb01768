package io.github.redispatterns.lab.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Code in a document is code that is compiled and run, and its links lead somewhere. With {@code -Dsnippets=write} the
 * named code is first written into the documents.
 */
class ReadmeTest {

    private static final Set<String> CHECKED_LANGUAGES = Set.of("java", "lua");

    @TestFactory
    Stream<DynamicContainer> documents() {
        return Repository.documents().stream()
                .map(file -> DynamicContainer.dynamicContainer(
                        Repository.ROOT.relativize(file).toString(), checks(file)));
    }

    private static Stream<DynamicTest> checks(Path file) {
        if ("write".equals(System.getProperty("snippets"))) {
            Snippet.writeInto(file, Repository.ROOT);
        }
        Document document = Document.parse(Repository.read(file));
        Stream<DynamicTest> blocks = document.blocks().stream()
                .filter(block -> CHECKED_LANGUAGES.contains(block.language()))
                .map(block -> DynamicTest.dynamicTest(
                        "line " + block.line() + ", " + block.language(),
                        () -> isCode(
                                file.getParent().getFileName() + "/" + file.getFileName(), block, Repository.ROOT)));
        Stream<DynamicTest> links = document.links().stream()
                .filter(link -> !link.matches("(\\w+:|#).*"))
                .map(link -> DynamicTest.dynamicTest("link " + link, () -> leadsSomewhere(link, file)));
        return Stream.concat(blocks, links);
    }

    private static void isCode(String document, Document.Block block, Path root) {
        assertThat(block.reference())
                .as(
                        "%s: the line before the fence in line %d names the code, as <!-- snippet: path#region -->",
                        document, block.line())
                .isNotEmpty();
        assertThat(block.lines())
                .as("%s: the block in line %d; -Dsnippets=write corrects it", document, block.line())
                .isEqualTo(Snippet.parse(block.reference()).lines(root));
    }

    private static void leadsSomewhere(String link, Path file) {
        assertThat(file.resolveSibling(link.replaceFirst("#.*", ""))).exists();
    }

    @Test
    void aSnippetIsTheRegionWithoutItsIndentation(@TempDir Path root) throws Exception {
        Files.writeString(
                root.resolve("A.java"),
                "class A {\n    // region use\n    if (a) {\n\n        b();\n    }\n    // endregion\n}\n");
        String fence = "```";
        String good = "<!-- snippet: A.java#use -->\n" + fence + "java\nif (a) {\n\n    b();\n}\n" + fence + "\n";
        isCode("README.md", block(good), root);
        assertThatThrownBy(() -> isCode("README.md", block(good.replace("b();", "c();")), root))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> isCode("README.md", block(good.replace("#use", "#other")), root))
                .hasMessageContaining("no region other");
        assertThatThrownBy(() -> isCode("README.md", block(good.replace("A.java", "B.java")), root))
                .hasMessageContaining("no file B.java");
        assertThatThrownBy(() -> isCode("README.md", block(good.replace("snippet", "example")), root))
                .hasMessageContaining("names the code");
    }

    @Test
    void aScriptIsShownWhole(@TempDir Path root) throws Exception {
        Files.writeString(root.resolve("a.lua"), "#!lua\nreturn 1\n");
        isCode("README.md", block("<!-- snippet: a.lua -->\n```lua\n#!lua\nreturn 1\n```\n"), root);
        assertThatThrownBy(() -> isCode("README.md", block("<!-- snippet: a.lua -->\n```lua\nreturn 1\n```\n"), root))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void linksInTextAreFoundAndThoseInCodeAreNot() {
        Document document = Document.parse("see [a](b.md#part) and [c](https://d)\n`[x](y)`\n```sh\n[no](link)\n```\n");
        assertThat(document.links()).isEqualTo(List.of("b.md#part", "https://d"));
        assertThatThrownBy(() -> leadsSomewhere("missing.md#part", Repository.ROOT.resolve("README.md")))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void codeIsWrittenIntoItsBlock(@TempDir Path root) throws Exception {
        Files.writeString(root.resolve("a.lua"), "#!lua\nreturn 1\n");
        Path document = root.resolve("README.md");
        Files.writeString(document, "# A\n\n<!-- snippet: a.lua -->\n```lua\nold\n```\n\n```sh\nls\n```\nend\n");
        Snippet.writeInto(document, root);
        assertThat(document)
                .hasContent("# A\n\n<!-- snippet: a.lua -->\n```lua\n#!lua\nreturn 1\n```\n\n```sh\nls\n```\nend\n");
    }

    private static Document.Block block(String text) {
        return Document.parse(text).blocks().get(0);
    }
}
