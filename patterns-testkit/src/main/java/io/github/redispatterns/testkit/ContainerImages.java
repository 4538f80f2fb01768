package io.github.redispatterns.testkit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.ImageNameSubstitutor;

/**
 * Pulls an image once, or says why not.
 *
 * <p>Testcontainers would try again for two minutes when a registry is out of reach, and only then report it; a caller
 * that can do without a container should not wait for that. This also comes before its reaper, which is an image to
 * pull as well.
 */
final class ContainerImages {

    private static final long PULL_MINUTES = 5;

    private ContainerImages() {}

    static void provide(String image) {
        TransportConfig engine = engine();
        DockerImageName name = ImageNameSubstitutor.instance().apply(parse(image));
        try (DockerClient client = DockerClientProviderStrategy.getClientForConfig(engine)) {
            if (!isThere(client, name)) {
                pull(client, name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close the connection to the Docker engine", e);
        }
    }

    private static TransportConfig engine() {
        try {
            return DockerClientFactory.instance().getTransportConfig();
        } catch (IllegalStateException e) {
            throw new IllegalStateException("no Docker engine answers"); // the cause only refers to a log
        }
    }

    private static DockerImageName parse(String image) {
        try {
            DockerImageName name = DockerImageName.parse(image);
            name.assertValid();
            return name;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalStateException("this is not the name of an image"); // the cause is an index
        }
    }

    private static boolean isThere(DockerClient client, DockerImageName name) {
        try {
            client.inspectImageCmd(name.asCanonicalNameString()).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    private static void pull(DockerClient client, DockerImageName name) {
        try {
            boolean done = client.pullImageCmd(name.getUnversionedPart())
                    .withTag(name.getVersionPart())
                    .exec(new Pull())
                    .awaitCompletion(PULL_MINUTES, TimeUnit.MINUTES);
            if (!done) {
                throw new IllegalStateException("pulling it takes longer than " + PULL_MINUTES + " minutes");
            }
        } catch (DockerClientException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while pulling it", e);
        }
    }

    /** The inherited callback logs a failure with its stack trace, besides throwing it. */
    private static final class Pull extends PullImageResultCallback {

        private volatile @Nullable Throwable failure;

        @Override
        public void onError(Throwable throwable) {
            failure = throwable;
            onComplete();
        }

        @Override
        protected void throwFirstError() {
            Throwable cause = failure;
            if (cause != null) {
                throw new IllegalStateException("pulling it fails", cause);
            }
            super.throwFirstError();
        }
    }
}
