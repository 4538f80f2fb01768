package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.resource.NettyCustomizer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OwnResourcesTest {

    /** However long the outage was, a server that is back is found within a second. */
    @Test
    void thePausesBetweenTriesToConnectGrowToASecond() {
        OwnResources resources = new OwnResources(new NettyCustomizer() {});
        try {
            assertThat(resources.reconnectDelay().createDelay(1)).isLessThan(Duration.ofMillis(10));
            for (long attempt = 1; attempt <= 200; attempt++) {
                assertThat(resources.reconnectDelay().createDelay(attempt))
                        .as("attempt " + attempt)
                        .isLessThanOrEqualTo(Duration.ofSeconds(1));
            }
            assertThat(resources.reconnectDelay().createDelay(100)).isEqualTo(Duration.ofSeconds(1));
        } finally {
            OwnResources.shutdown(resources);
        }
    }
}
