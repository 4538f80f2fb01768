package io.github.redispatterns.lab.equipment;

import java.io.IOException;

/** Answers what it is told, but for one word. */
public final class EchoProcess {

    static final String FAIL = "fail";

    private EchoProcess() {}

    public static void main(String[] args) throws IOException {
        Parent.serve(request -> {
            if (request.equals(FAIL)) {
                throw new IllegalArgumentException("told so");
            }
            return request;
        });
    }
}
