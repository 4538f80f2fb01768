package io.github.redispatterns.testkit;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the user has set; a system property wins over its environment variable.
 *
 * @param provider empty: auto
 */
record Settings(
        Optional<Provider> provider,
        @Nullable String uri,
        String image,
        @Nullable String binary) {

    static final String DEFAULT_IMAGE = "redis:8.2";

    static Settings current() {
        return from(System::getProperty, System::getenv);
    }

    static Settings from(
            Function<String, @Nullable String> properties, Function<String, @Nullable String> environment) {
        Function<String, @Nullable String> lookup = name -> {
            String property = properties.apply("redis." + name);
            String value = property != null ? property : environment.apply("REDIS_" + name.toUpperCase(Locale.ROOT));
            return value == null || value.isBlank() ? null : value.strip();
        };
        String image = lookup.apply("image");
        return new Settings(
                parse(lookup.apply("provider")),
                lookup.apply("uri"),
                image == null ? DEFAULT_IMAGE : image,
                lookup.apply("binary"));
    }

    private static Optional<Provider> parse(@Nullable String name) {
        if (name == null || name.equalsIgnoreCase("auto")) {
            return Optional.empty();
        }
        for (Provider provider : Provider.values()) {
            if (provider.name().equalsIgnoreCase(name)) {
                return Optional.of(provider);
            }
        }
        String known = Arrays.stream(Provider.values())
                .map(provider -> provider.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new TestkitException("REDIS_PROVIDER is \"" + name + "\"; it must be one of auto, " + known);
    }

    Settings with(Provider chosen) {
        return new Settings(Optional.of(chosen), uri, image, binary);
    }
}
