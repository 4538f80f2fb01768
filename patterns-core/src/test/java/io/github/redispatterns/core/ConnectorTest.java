package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectorTest {

    @Test
    void handlesConsolidateByDefault() {
        ClientResources resources = Connector.resources(RedisOptions.defaults());
        try {
            assertThat(resources).isInstanceOf(OwnResources.class);
            assertThat(resources.nettyCustomizer()).isInstanceOf(FlushConsolidation.class);
        } finally {
            OwnResources.shutdown(resources);
        }
    }

    @Test
    void consolidationCanBeTurnedOff() {
        RedisOptions options =
                RedisOptions.builder().flushMode(FlushMode.EACH_COMMAND).build();
        ClientResources resources = Connector.resources(options);
        try {
            assertThat(resources.nettyCustomizer()).isSameAs(DefaultClientResources.DEFAULT_NETTY_CUSTOMIZER);
        } finally {
            OwnResources.shutdown(resources);
        }
    }

    @Test
    void aClusterWithAndWithoutTlsIsRefused() {
        assertThatThrownBy(() -> Connector.cluster(List.of("redis://a:1", "rediss://b:2"), RedisOptions.defaults()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
