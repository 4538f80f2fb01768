package io.github.redispatterns.locks;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Names that nobody else has. */
final class Tokens {

    private static final int PROCESS_BYTES = 4;
    private static final int REQUESTS_BYTES = 12;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Tokens() {}

    /** Whose a lease is. Drawn each time: what is counted goes on alike in processes that one snapshot was restored to. */
    static String request() {
        return random(REQUESTS_BYTES);
    }

    /** Who waits. */
    static String process() {
        return random(PROCESS_BYTES);
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
