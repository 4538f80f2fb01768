package io.github.redispatterns.core;

import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.RedisTest;

/** The same with "Connection reset" in place of the end of the stream. */
@RedisTest
class LostReplyByResetIT extends LostReplyIT {

    @Override
    Cut cut() {
        return Cut.RESET;
    }
}
