package io.github.redispatterns.testkit;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Chooses where servers run, and opens it. */
final class ServerHosts {

    private ServerHosts() {}

    /** The provider that the settings name; with none named, the first that is at hand. */
    static Provider choose(Settings settings, BooleanSupplier dockerAnswers) {
        if (settings.provider().isPresent()) {
            return settings.provider().get();
        }
        if (settings.uri() != null) {
            return Provider.URI;
        }
        return dockerAnswers.getAsBoolean() ? Provider.DOCKER : Provider.EMBEDDED;
    }

    static Provider choose(Settings settings) {
        return choose(
                settings,
                () -> DockerEngine.answers(
                        System.getenv("DOCKER_HOST"), Path.of(System.getProperty("user.home", "/"))));
    }

    /**
     * Opens a host of a provider that runs servers itself; a container that was not asked for by name may fall back.
     */
    static ServerHost open(Provider provider, Settings settings, int ports) {
        return switch (provider) {
            case URI -> throw new IllegalArgumentException("A Redis that already runs needs no host");
            case EMBEDDED -> LocalHost.open(embedded(), ports);
            case BINARY ->
                LocalHost.open(
                        ServerBinary.Installed.find(settings.binary(), String.valueOf(System.getenv("PATH"))), ports);
            case DOCKER ->
                settings.provider().isPresent() ? container(settings, ports) : containerOrEmbedded(settings, ports);
        };
    }

    private static ServerHost container(Settings settings, int ports) {
        if (!DockerEngine.testcontainersIsThere()) {
            throw new TestkitException("The provider docker needs org.testcontainers:testcontainers on the class path");
        }
        return ContainerHost.open(settings.image(), ports);
    }

    private static ServerHost containerOrEmbedded(Settings settings, int ports) {
        try {
            return ContainerHost.open(settings.image(), ports);
        } catch (TestkitException e) {
            Announcer.say("Docker answers, but " + e.getMessage() + "; taking the embedded binary");
            return LocalHost.open(embedded(), ports);
        }
    }

    private static ServerBinary embedded() {
        return ServerBinary.Embedded.forSystem(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }
}
