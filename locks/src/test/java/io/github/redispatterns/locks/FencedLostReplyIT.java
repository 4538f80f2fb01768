package io.github.redispatterns.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.redispatterns.core.Codec;
import io.github.redispatterns.core.Redis;
import io.github.redispatterns.core.RedisOptions;
import io.github.redispatterns.core.UnknownOutcomeException;
import io.github.redispatterns.testkit.Cut;
import io.github.redispatterns.testkit.FaultProxies;
import io.github.redispatterns.testkit.RedisTest;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The reply of each script is cut: it is executed once, its caller is told that it may have been, and may repeat it.
 */
@RedisTest
class FencedLostReplyIT extends FencedBench {

    private static final FencedWrite WRITTEN = new FencedWrite.Written();
    private static final Map<String, String> FIELDS = Map.of("a", "v");

    private FaultProxies proxies;
    private Redis behind;
    private FencedStore<String> cut;

    @BeforeEach
    void openBehindProxies() {
        proxies = FaultProxies.of(deployment);
        behind = Handles.open(deployment, user, RedisOptions.builder().clientResources(proxies.clientResources()));
        cut = FencedStore.create(behind, keys, Codec.utf8(), FencedStoreOptions.ofTtl(TTL));
        // Every script is known to the servers, so that each call is one EVALSHA.
        for (String key : new String[] {"k", "other"}) {
            cut.set(key, 1, "warm-up").orElseThrow();
            cut.setFields(key, 1, FIELDS).orElseThrow();
            cut.delete(key, 1).orElseThrow();
            cut.append(key, 1, FIELDS).orElseThrow();
        }
    }

    @AfterEach
    void closeBehindProxies() {
        behind.close();
        proxies.close();
    }

    @ParameterizedTest
    @EnumSource
    void ofSet(Cut how) {
        lost(how, () -> cut.set("k", 34, "v"));
        assertThat(store.get("k")).isEqualTo("v");
        assertThat(cut.set("k", 34, "v")).isEqualTo(WRITTEN);
        assertThat(store.get("k")).isEqualTo("v");
    }

    @ParameterizedTest
    @EnumSource
    void ofSetFields(Cut how) {
        lost(how, () -> cut.setFields("k", 34, FIELDS));
        assertThat(store.getFields("k")).isEqualTo(FIELDS);
        assertThat(cut.setFields("k", 34, FIELDS)).isEqualTo(WRITTEN);
        assertThat(store.getFields("k")).isEqualTo(FIELDS);
    }

    @ParameterizedTest
    @EnumSource
    void ofDelete(Cut how) {
        store.set("k", 33, "v").orElseThrow();
        lost(how, () -> cut.delete("k", 34));
        assertThat(entity("k")).isEqualTo(Map.of("fence", "34"));
        assertThat(cut.delete("k", 34)).isEqualTo(WRITTEN);
        assertThat(entity("k")).isEqualTo(Map.of("fence", "34"));
    }

    @ParameterizedTest
    @EnumSource
    void ofAdvance(Cut how) {
        lost(how, () -> cut.advance("k", 34));
        assertThat(store.set("k", 33, "late")).isEqualTo(new FencedWrite.Stale(34));
        assertThat(cut.advance("k", 34)).isEqualTo(WRITTEN);
    }

    /** It has no number, so it is not repeated by itself. */
    @ParameterizedTest
    @EnumSource
    void ofAppend(Cut how) {
        lost(how, () -> cut.append("k", 34, FIELDS));
        assertThat(ids("k")).containsExactly("1-0", "34-0");
    }

    /** Its number makes a second run harmless, so that the caller does not notice. */
    @ParameterizedTest
    @EnumSource
    void ofAppendWithANumber(Cut how) {
        proxies.cutBy(how);
        proxies.cutReplyOf("EVALSHA");
        assertThat(cut.append("k", 34, 0, FIELDS)).isEqualTo(WRITTEN);
        assertThat(proxies.cuts()).isEqualTo(1);
        assertThat(cut.append("k", 34, 1, FIELDS)).isEqualTo(WRITTEN);
        assertThat(ids("k")).containsExactly("1-0", "34-0", "34-1");
    }

    /** The newer holder comes between the lost reply and what its holder does then. */
    @Test
    void andANewerHolderComesBeforeTheRepetition() {
        lost(Cut.CLOSE, () -> cut.set("k", 33, "of 33"));
        store.set("k", 34, "of 34").orElseThrow();
        assertThat(cut.set("k", 33, "of 33")).isEqualTo(new FencedWrite.Stale(34));
        assertThat(store.get("k")).isEqualTo("of 34");
    }

    private void lost(Cut how, Supplier<FencedWrite> write) {
        proxies.cutBy(how);
        proxies.cutReplyOf("EVALSHA");
        assertThatThrownBy(write::get).isInstanceOf(UnknownOutcomeException.class);
        assertThat(proxies.cuts()).isEqualTo(1);
    }
}
