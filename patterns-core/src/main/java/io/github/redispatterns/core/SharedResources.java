package io.github.redispatterns.core;

import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.EventPublisherOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.resource.SocketAddressResolver;
import io.lettuce.core.tracing.Tracing;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.Timer;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Resources of the caller's, with a customizer of ours. Lettuce's own way, {@code mutate()}, starts I/O threads anew and
 * then owns what is the caller's.
 */
record SharedResources(ClientResources shared, NettyCustomizer nettyCustomizer) implements ClientResources {

    @Override
    public Builder mutate() {
        return shared.mutate();
    }

    @Override
    public Future<Boolean> shutdown() {
        return shared.shutdown();
    }

    @Override
    public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit timeUnit) {
        return shared.shutdown(quietPeriod, timeout, timeUnit);
    }

    @Override
    public AddressResolverGroup<?> addressResolverGroup() {
        return shared.addressResolverGroup();
    }

    @Override
    public EventPublisherOptions commandLatencyPublisherOptions() {
        return shared.commandLatencyPublisherOptions();
    }

    @Override
    public CommandLatencyRecorder commandLatencyRecorder() {
        return shared.commandLatencyRecorder();
    }

    @Override
    public int computationThreadPoolSize() {
        return shared.computationThreadPoolSize();
    }

    @Override
    public EventBus eventBus() {
        return shared.eventBus();
    }

    @Override
    public EventLoopGroupProvider eventLoopGroupProvider() {
        return shared.eventLoopGroupProvider();
    }

    @Override
    public EventExecutorGroup eventExecutorGroup() {
        return shared.eventExecutorGroup();
    }

    @Override
    public int ioThreadPoolSize() {
        return shared.ioThreadPoolSize();
    }

    @Override
    public Delay reconnectDelay() {
        return shared.reconnectDelay();
    }

    @Override
    public SocketAddressResolver socketAddressResolver() {
        return shared.socketAddressResolver();
    }

    @Override
    public Timer timer() {
        return shared.timer();
    }

    @Override
    public Tracing tracing() {
        return shared.tracing();
    }
}
