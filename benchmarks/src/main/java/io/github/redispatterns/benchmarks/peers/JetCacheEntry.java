package io.github.redispatterns.benchmarks.peers;

import com.alicp.jetcache.CacheValueHolder;
import java.nio.ByteBuffer;

/** JetCache's entry as its two times and the bytes themselves: nothing is serialized. */
final class JetCacheEntry {

    private JetCacheEntry() {}

    static byte[] encode(Object entry) {
        CacheValueHolder<?> holder = (CacheValueHolder<?>) entry;
        byte[] value = (byte[]) holder.getValue();
        return ByteBuffer.allocate(2 * Long.BYTES + value.length)
                .putLong(holder.getExpireTime())
                .putLong(holder.getAccessTime())
                .put(value)
                .array();
    }

    static Object decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        CacheValueHolder<byte[]> holder = new CacheValueHolder<>();
        holder.setExpireTime(buffer.getLong());
        holder.setAccessTime(buffer.getLong());
        byte[] value = new byte[buffer.remaining()];
        buffer.get(value);
        holder.setValue(value);
        return holder;
    }
}
