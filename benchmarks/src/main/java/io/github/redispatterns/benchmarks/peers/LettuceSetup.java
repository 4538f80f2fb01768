package io.github.redispatterns.benchmarks.peers;

import io.github.redispatterns.core.FlushConsolidation;
import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;

/** The Lettuce client that a peer is given. */
enum LettuceSetup {

    /** As it comes: each command is flushed by itself. */
    DEFAULT {
        @Override
        ClientResources resources() {
            return DefaultClientResources.create();
        }
    },

    /** One system call for many commands, as our handle has it: users of the peer can have it too. */
    CONSOLIDATED_FLUSH {
        @Override
        ClientResources resources() {
            return DefaultClientResources.builder()
                    .nettyCustomizer(new FlushConsolidation())
                    .build();
        }
    };

    /** What it runs on; close it with {@link LettucePeerClient#end}. */
    abstract ClientResources resources();

    LettucePeerClient open(String uri) {
        ClientResources resources = resources();
        return new LettucePeerClient(RedisClient.create(resources, uri), resources);
    }
}
