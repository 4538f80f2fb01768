package io.github.redispatterns.locks;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Names that nobody else has. */
final class Tokens {

    private static final int PROCESS_BYTES = 4;
    private static final int REQUESTS_BYTES = 12;

    private static final SecureRandom RANDOM = new SecureRandom();
    /** Random once, and counted from there: tokens have to be unlike, not hard to guess. */
    private static final String REQUESTS = random(REQUESTS_BYTES) + '-';

    private static final AtomicLong COUNT = new AtomicLong();

    private Tokens() {}

    /** Whose a lease is. */
    static String request() {
        return REQUESTS + COUNT.incrementAndGet();
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
