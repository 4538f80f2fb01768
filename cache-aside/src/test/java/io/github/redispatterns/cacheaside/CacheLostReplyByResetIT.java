package io.github.redispatterns.cacheaside;

import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.RedisTest;

/** The same with "Connection reset" in place of the end of the stream. */
@RedisTest
class CacheLostReplyByResetIT extends CacheLostReplyIT {

    @Override
    Cut cut() {
        return Cut.RESET;
    }
}
