package io.github.redispatterns.locks;

import io.github.redispatterns.core.CodecException;
import java.nio.charset.StandardCharsets;

/** Fencing tokens as they come in, and as the scripts reply with them. */
final class FencingToken {

    private FencingToken() {}

    /** Refuses what no lock hands out. */
    static long check(long token) {
        if (token <= 0) {
            throw new IllegalArgumentException("token: must be positive");
        }
        return token;
    }

    static long parse(byte[] digits) {
        try {
            return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw new CodecException("The key's fence is not a fencing token", null);
        }
    }
}
