package io.github.redispatterns.benchmarks;

import picocli.CommandLine.IVersionProvider;

/** The version that stands in the jar's manifest. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"recipes bench " + (version == null ? "(not built into a jar)" : version)};
    }
}
