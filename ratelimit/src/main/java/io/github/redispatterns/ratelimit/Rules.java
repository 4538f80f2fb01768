package io.github.redispatterns.ratelimit;

import java.util.List;

/** Several limits as {@code rate_all} takes them. */
record Rules(List<Part> parts) implements Terms {

    /** One limit, and which of a call's keys is its own, from 1. */
    record Part(NamedLimit named, Rule rule, int key) {

        static Part of(NamedLimit named, int key) {
            return new Part(named, Rule.of(named.algorithm(), named.limit()), key);
        }

        String keyOf(CompositeKey all) {
            return all.keys().get(key - 1);
        }

        String kind() {
            return switch (rule.algorithm()) {
                case TOKEN_BUCKET, GCRA -> "B";
                case FIXED_WINDOW -> "F";
                case SLIDING_WINDOW_COUNTER -> "C";
                case SLIDING_WINDOW_LOG -> throw new IllegalStateException("No composite has a log");
            };
        }
    }

    Rules {
        parts = List.copyOf(parts);
    }

    /** A call's keys are in the order of the subjects. */
    static Rules of(List<NamedLimit> limits, List<String> subjects) {
        return new Rules(limits.stream()
                .map(each -> Part.of(each, subjects.indexOf(each.per()) + 1))
                .toList());
    }

    /** With another limit in place of the one of that name. */
    Rules with(String name, Limit limit) {
        if (parts.stream().noneMatch(each -> each.named().name().equals(name))) {
            throw new IllegalArgumentException("name: no limit has this one");
        }
        return new Rules(parts.stream()
                .map(each ->
                        each.named().name().equals(name) ? Part.of(each.named().with(limit), each.key()) : each)
                .toList());
    }

    List<NamedLimit> limits() {
        return parts.stream().map(Part::named).toList();
    }

    @Override
    public void checkCost(long cost) {
        parts.forEach(each -> each.rule().checkCost(cost));
    }
}
