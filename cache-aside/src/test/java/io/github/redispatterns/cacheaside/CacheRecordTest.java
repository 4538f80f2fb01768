package io.github.redispatterns.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CacheRecordTest {

    private static final byte[] LEASE = HexFormat.of().parseHex("ca024c" + "0102030405060708");
    private static final byte[] ENTRY = HexFormat.of()
            .parseHex("ca0245" + "0102030405060708" + "018bcfe56800" + "0000002710" + "0000c350" + "018bcfe56801"
                    + "aabbcc");

    @Test
    void theHeaderIsReadAsItIsWritten() {
        assertThat(CacheRecord.isEntry(ENTRY)).isTrue();
        assertThat(CacheRecord.isLease(ENTRY)).isFalse();
        assertThat(CacheRecord.isNegative(ENTRY)).isFalse();
        assertThat(CacheRecord.id(ENTRY)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(CacheRecord.bornMillis(ENTRY)).isEqualTo(1_700_000_000_000L);
        assertThat(CacheRecord.softMillis(ENTRY)).isEqualTo(10_000);
        assertThat(CacheRecord.loadMicros(ENTRY)).isEqualTo(50_000);
        assertThat(CacheRecord.refreshUntilMillis(ENTRY)).isEqualTo(1_700_000_000_001L);
        assertThat(CacheRecord.value(ENTRY)).containsExactly(0xaa, 0xbb, 0xcc);
    }

    @Test
    void leaseAndEntryAreToldApart() {
        assertThat(CacheRecord.isLease(LEASE)).isTrue();
        assertThat(CacheRecord.isEntry(LEASE)).isFalse();
        assertThat(CacheRecord.isLeaseOf(LEASE, CacheRecord.id(ENTRY))).isTrue();
        assertThat(CacheRecord.isLeaseOf(LEASE, new byte[8])).isFalse();
        assertThat(CacheRecord.isLeaseOf(ENTRY, CacheRecord.id(ENTRY))).isFalse();
        assertThat(CacheRecord.isLeaseOf(null, CacheRecord.id(ENTRY))).isFalse();
        byte[] negative = ENTRY.clone();
        negative[2] = 'N';
        assertThat(CacheRecord.isEntry(negative)).isTrue();
        assertThat(CacheRecord.isNegative(negative)).isTrue();
    }

    @Test
    void everyLoadHasItsOwnId() {
        assertThat(CacheRecord.newId()).hasSize(8).isNotEqualTo(CacheRecord.newId());
    }

    @Test
    void foreignBytesAreNeither() {
        Random random = new Random(11);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = 'x';
            }
            assertThat(CacheRecord.isLease(bytes)).isFalse();
            assertThat(CacheRecord.isEntry(bytes)).isFalse();
        }
        byte[] later = ENTRY.clone();
        later[1] = 3;
        assertThat(CacheRecord.isEntry(later)).isFalse();
        assertThat(CacheRecord.isEntry(Arrays.copyOf(ENTRY, 31))).isFalse();
    }
}
