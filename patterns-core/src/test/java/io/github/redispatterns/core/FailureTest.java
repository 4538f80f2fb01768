package io.github.redispatterns.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisReadOnlyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TRYAGAIN Multiple keys request during rehashing of slot",
                "CLUSTERDOWN The cluster is down",
                "MASTERDOWN Link with MASTER is down",
                "LOADING Redis is loading the dataset in memory",
                "MOVED 1 127.0.0.1:1",
                "NOREPLICAS Not enough good replicas to write.",
                "BUSY"
            })
    void repliesThatRefuseForTheTimeBeing(String reply) {
        assertThat(Failure.of(new RedisCommandExecutionException(reply))).isEqualTo(Failure.NOT_EXECUTED);
    }

    @Test
    void typedRepliesCountToo() {
        assertThat(Failure.of(new RedisLoadingException("LOADING x"))).isEqualTo(Failure.NOT_EXECUTED);
        assertThat(Failure.of(new RedisReadOnlyException("READONLY x"))).isEqualTo(Failure.NOT_EXECUTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"WRONGTYPE x", "OOM x", "NOPERM x", "ERR BUSY inside", "MISCONF x", "TRYAGAINX"})
    void otherRepliesAreTheAnswer(String reply) {
        assertThat(Failure.of(new RedisCommandExecutionException(reply))).isEqualTo(Failure.ANSWERED);
    }

    @Test
    void whatIsNotRecognisedIsUnknown() {
        assertThat(Failure.of(new RedisCommandTimeoutException("x"))).isEqualTo(Failure.UNKNOWN);
        assertThat(Failure.of(new RedisException("Connection disconnected"))).isEqualTo(Failure.UNKNOWN);
        assertThat(Failure.of(new RedisException("Connection closed"))).isEqualTo(Failure.UNKNOWN);
        assertThat(Failure.of(new RedisException(new java.io.IOException("Connection reset by peer"))))
                .isEqualTo(Failure.UNKNOWN);
        assertThat(Failure.of(new java.net.SocketException("Connection reset"))).isEqualTo(Failure.UNKNOWN);
        assertThat(Failure.of(new javax.net.ssl.SSLException("broken"))).isEqualTo(Failure.UNKNOWN);
        assertThat(Failure.of(new RedisConnectionException("Connection closed prematurely")))
                .isEqualTo(Failure.UNKNOWN);
        assertThat(Failure.of(new RedisException("Currently not connected. Commands are rejected.")))
                .isEqualTo(Failure.NOT_EXECUTED);
        assertThat(Failure.of(new RedisException("Internal stack size exceeded: 1")))
                .isEqualTo(Failure.NOT_EXECUTED);
        assertThat(Failure.of(new RedisConnectionException("Unable to connect to localhost")))
                .isEqualTo(Failure.NOT_EXECUTED);
    }
}
