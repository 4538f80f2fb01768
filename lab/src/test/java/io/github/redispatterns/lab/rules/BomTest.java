package io.github.redispatterns.lab.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Importers get every module that we publish, in one version. */
class BomTest {

    private static final Set<String> NOT_PUBLISHED = Set.of("lab", "benchmarks", "patterns-bom");

    @Test
    void theBomListsEveryPublishedModule() throws Exception {
        List<String> published = texts("pom.xml", "/project/modules/module").stream()
                .filter(module -> !NOT_PUBLISHED.contains(module))
                .toList();
        assertThat(texts("patterns-bom/pom.xml", "//dependencyManagement/dependencies/dependency/artifactId"))
                .containsExactlyInAnyOrderElementsOf(published);
    }

    @Test
    void theBomHasTheVersionOfTheProject() throws Exception {
        assertThat(texts("patterns-bom/pom.xml", "/project/version")).isEqualTo(texts("pom.xml", "/project/version"));
        assertThat(texts("patterns-bom/pom.xml", "//dependencyManagement/dependencies/dependency/version"))
                .isNotEmpty()
                .containsOnly("${project.version}");
        assertThat(texts("patterns-bom/pom.xml", "//dependencyManagement/dependencies/dependency/groupId"))
                .containsOnly("io.github.redispatterns");
    }

    private static List<String> texts(String file, String path) throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Repository.ROOT.resolve(file).toFile());
        NodeList nodes = (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, pom, XPathConstants.NODESET);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> nodes.item(i).getTextContent().strip())
                .toList();
    }
}
