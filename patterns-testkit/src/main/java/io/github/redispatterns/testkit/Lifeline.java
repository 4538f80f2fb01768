package io.github.redispatterns.testkit;

import java.io.InputStream;
import java.util.concurrent.CountDownLatch;

/**
 * The standard input of a container: a line at once, then nothing more, for as long as the connection that reads it is
 * open.
 */
final class Lifeline extends InputStream {

    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean greeted;

    @Override
    public int read() {
        if (!greeted) {
            greeted = true;
            return '\n';
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return -1;
    }

    /** Returns after one byte: the inherited method would hold back the line until more comes, which is never. */
    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        int next = read();
        if (next < 0) {
            return -1;
        }
        buffer[offset] = (byte) next;
        return 1;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
