package io.github.redispatterns.testkit;

/** The only place that writes to standard output: one line per fact, so that a log shows which Redis was tested. */
final class Announcer {

    private Announcer() {}

    static void say(String fact) {
        System.out.println("[testkit] " + fact);
    }
}
