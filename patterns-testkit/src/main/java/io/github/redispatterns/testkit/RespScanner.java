package io.github.redispatterns.testkit;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds where messages of the Redis protocol (RESP2, RESP3, inline requests) begin and end in a stream of bytes. */
final class RespScanner {

    /** No command is longer; longer strings are passed over without keeping them. */
    private static final int LONGEST_WORD = 64;

    private static final int CRLF = 2;

    private final StringBuilder line = new StringBuilder();
    private final List<String> words = new ArrayList<>();
    private @Nullable StringBuilder word;
    private long missingBytes;
    private long missingElements;

    /** Is told of messages. */
    interface Visitor {

        /** A message begins with this byte; false to stop before it. */
        boolean begins(char type);

        /** It is complete; its short bulk strings. */
        void ends(List<String> words);
    }

    /**
     * Returns how many bytes were passed over: all that can be read, or those before the message that the visitor
     * stopped.
     */
    int scan(ByteBuf in, Visitor visitor) {
        int start = in.readerIndex();
        int index = start;
        while (index < in.writerIndex()) {
            if (missingBytes > 0) {
                int length = (int) Math.min(missingBytes, in.writerIndex() - index);
                keep(in, index, length);
                index += length;
                missingBytes -= length;
                if (missingBytes == 0) {
                    element(visitor);
                }
                continue;
            }
            char character = (char) (in.getByte(index) & 0xff);
            if (missingElements == 0) {
                if (!visitor.begins(character)) {
                    return index - start;
                }
                missingElements = 1;
            }
            index++;
            if (character == '\n') {
                header(visitor);
            } else if (character != '\r') {
                line.append(character);
            }
        }
        return index - start;
    }

    private void keep(ByteBuf in, int index, int length) {
        if (word != null) {
            for (int i = index; i < index + length; i++) {
                word.append((char) (in.getByte(i) & 0xff));
            }
        }
    }

    private void header(Visitor visitor) {
        char type = line.isEmpty() ? ' ' : line.charAt(0);
        switch (type) {
            case '$', '=', '!' -> bulk(number(), visitor);
            case '*', '~', '>' -> aggregate(Math.max(0, number()), visitor);
            case '%' -> aggregate(2 * number(), visitor);
            // An attribute comes before the element that it describes.
            case '|' -> missingElements += 2 * number();
            default -> element(visitor);
        }
        line.setLength(0);
    }

    private long number() {
        return Long.parseLong(line.substring(1));
    }

    private void bulk(long length, Visitor visitor) {
        if (length < 0) {
            element(visitor);
            return;
        }
        missingBytes = length + CRLF;
        word = length <= LONGEST_WORD ? new StringBuilder() : null;
    }

    private void aggregate(long elements, Visitor visitor) {
        missingElements += elements;
        element(visitor);
    }

    private void element(Visitor visitor) {
        if (word != null) {
            words.add(word.substring(0, word.length() - CRLF));
            word = null;
        }
        missingElements--;
        if (missingElements == 0) {
            visitor.ends(List.copyOf(words));
            words.clear();
        }
    }
}
