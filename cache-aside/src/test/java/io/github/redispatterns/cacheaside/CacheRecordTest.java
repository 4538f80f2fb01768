package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CacheRecordTest {

    private static final byte[] VALUE = {1, 2, 3};

    @Test
    void leaseAndEntryAreToldApart() {
        byte[] lease = CacheRecord.newLease();
        byte[] entry = CacheRecord.entry(lease, VALUE);
        assertThat(CacheRecord.isLease(lease)).isTrue();
        assertThat(CacheRecord.value(lease)).isNull();
        assertThat(CacheRecord.isLease(entry)).isFalse();
        assertThat(CacheRecord.value(entry)).isEqualTo(VALUE);
        assertThat(entry).hasSize(19 + VALUE.length);
        assertThat(CacheRecord.value(CacheRecord.entry(new byte[0]))).isEmpty();
    }

    @Test
    void everyLoadHasItsOwnId() {
        assertThat(CacheRecord.newLease()).isNotEqualTo(CacheRecord.newLease());
        assertThat(CacheRecord.entry(VALUE)).isNotEqualTo(CacheRecord.entry(VALUE));
        byte[] lease = CacheRecord.newLease();
        assertThat(CacheRecord.entry(lease, VALUE)).isEqualTo(CacheRecord.entry(lease, VALUE));
        assertThat(Arrays.copyOfRange(CacheRecord.entry(lease, VALUE), 3, 19))
                .isEqualTo(Arrays.copyOfRange(lease, 3, 19));
    }

    @Test
    void foreignBytesAreNeither() {
        Random random = new Random(11);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = 'x';
            }
            assertThat(CacheRecord.isLease(bytes)).isFalse();
            assertThat(CacheRecord.value(bytes)).isNull();
        }
        byte[] later = CacheRecord.entry(VALUE);
        later[1] = 2;
        assertThat(CacheRecord.value(later)).isNull();
    }
}
