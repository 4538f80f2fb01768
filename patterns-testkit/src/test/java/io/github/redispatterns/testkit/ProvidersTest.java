package io.github.redispatterns.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which provider is taken, and what is said when there is none. */
class ProvidersTest {

    private static final Map<String, String> NOTHING = Map.of();

    @ParameterizedTest(name = "provider {0}, uri {1}, docker {2}: {3}")
    @CsvSource({
        "      ,                  , false, EMBEDDED",
        "auto  ,                  , false, EMBEDDED",
        "      ,                  , true , DOCKER",
        "      , redis://h:6379   , true , URI",
        "docker, redis://h:6379   , false, DOCKER",
        "EMBEDDED, redis://h:6379 , true , EMBEDDED",
        "binary,                  , true , BINARY",
        "uri   ,                  , false, URI"
    })
    void theFirstAtHandIsTakenUnlessOneIsNamed(String provider, String uri, boolean docker, Provider expected) {
        Map<String, String> environment = new HashMap<>();
        environment.put("REDIS_PROVIDER", provider);
        environment.put("REDIS_URI", uri);

        assertThat(ServerHosts.choose(Settings.from(NOTHING::get, environment::get), () -> docker))
                .isEqualTo(expected);
    }

    @Test
    void aPropertyWinsOverItsVariable() {
        Settings settings = Settings.from(
                Map.of("redis.image", "redis:7.4", "redis.provider", "binary", "redis.binary", "/a")::get,
                Map.of("REDIS_IMAGE", "redis:6", "REDIS_PROVIDER", "uri", "REDIS_URI", " redis://h ")::get);

        assertThat(settings).isEqualTo(new Settings(Optional.of(Provider.BINARY), "redis://h", "redis:7.4", "/a"));
        assertThat(Settings.from(NOTHING::get, NOTHING::get).image()).isEqualTo(Settings.DEFAULT_IMAGE);
    }

    @Test
    void anUnknownProviderIsNamed() {
        assertThatThrownBy(() -> Settings.from(Map.of("redis.provider", "podman")::get, NOTHING::get))
                .isInstanceOf(TestkitException.class)
                .hasMessage("REDIS_PROVIDER is \"podman\"; it must be one of auto, uri, docker, embedded, binary");
    }

    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, redis-server-7.0.15-linux-amd64",
        "Linux, aarch64, redis-server-7.0.15-linux-arm64",
        "Mac OS X, x86_64, redis-server-7.0.15-darwin-amd64",
        "Mac OS X, aarch64, redis-server-7.0.15-darwin-arm64"
    })
    void theEmbeddedBinaryFitsTheSystemAndIsInTheJar(String os, String architecture, String resource) {
        ServerBinary.Embedded binary = ServerBinary.Embedded.forSystem(os, architecture);

        assertThat(binary.resource()).isEqualTo(resource);
        assertThat(getClass().getResource("/" + resource)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, amd64", "Linux, riscv64"})
    void elsewhereTheMessageSaysWhatToDo(String os, String architecture) {
        assertThatThrownBy(() -> ServerBinary.Embedded.forSystem(os, architecture))
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining(os)
                .hasMessageContaining("Docker")
                .hasMessageContaining("WSL")
                .hasMessageContaining("REDIS_URI");
    }

    @Test
    void anInstalledBinaryComesFromTheSettingOrThePath(@TempDir Path directory) {
        Path executable = ServerBinary.Embedded.forSystem(System.getProperty("os.name"), System.getProperty("os.arch"))
                .install(directory);

        assertThat(ServerBinary.Installed.find(executable.toString(), "").description())
                .isEqualTo("binary " + executable);
        assertThat(ServerBinary.Installed.find(null, "/nowhere:" + directory).install(directory))
                .isEqualTo(executable);
        assertThatThrownBy(() -> ServerBinary.Installed.find("/nowhere/redis", ""))
                .hasMessageContaining("REDIS_BINARY names /nowhere/redis");
        assertThatThrownBy(() -> ServerBinary.Installed.find(null, "/nowhere")).hasMessageContaining("PATH");
    }

    @Test
    void anEngineIsFoundBySocketOnly(@TempDir Path home) {
        assertThat(DockerEngine.answers("unix:///nowhere/docker.sock", home)).isFalse();
        assertThat(DockerEngine.answers("tcp://127.0.0.1:1", home)).isFalse();
        assertThat(DockerEngine.answers("npipe:////./pipe/docker_engine", home)).isTrue();
    }
}
