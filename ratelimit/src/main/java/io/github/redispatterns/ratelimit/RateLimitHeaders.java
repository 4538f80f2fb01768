package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The HTTP fields that tell a client what a decision was: {@code RateLimit-Policy}, {@code RateLimit}, and for a refusal
 * {@code Retry-After}.
 *
 * <p><b>Guarantees</b>: the fields are well-formed structured fields. Times are whole seconds, rounded up, so a client
 * that comes when it is told is not too early; {@code Retry-After} is at least 1, and is when the effective window
 * ({@code t}) of the limit that refuses for the longest time ends. What is available ({@code r}) and the effective window
 * are those of the limit that they stand with.
 *
 * <p><b>Does not guarantee</b>: that all of a limit is there again after the effective window: for one that grants it is,
 * as {@link Decision#resetAfter()} has it; one that refuses grants the same call then. The fields know no fractions
 * of a second: a limit of 10 in 100 ms is announced as 10 in a second, the most that a client may rely on. A burst of
 * another size is not announced, but counts in what is available ({@code r}).
 *
 * <p><b>Cost</b>: no I/O.
 *
 * <p><b>Thread safety</b>: stateless.
 *
 * <p><b>Source</b>: IETF, "RateLimit header fields for HTTP", draft-ietf-httpapi-ratelimit-headers-11; RFC 9110, section
 * 10.2.3; RFC 9651.
 */
public final class RateLimitHeaders {

    private static final String POLICY = "RateLimit-Policy";
    private static final String LIMIT = "RateLimit";
    private static final String RETRY_AFTER = "Retry-After";

    private RateLimitHeaders() {}

    /**
     * The fields of a decision by one limit.
     *
     * @param policy what clients are to call the limit; printable ASCII, not empty
     * @param limit the limit
     * @param decision what it decided
     * @return the fields by their names, in the order in which they are best read; not modifiable
     * @throws IllegalArgumentException if an argument is null, or the name is not allowed
     */
    public static Map<String, String> of(String policy, Limit limit, Decision decision) {
        String item = policy("policy", Check.text("policy", policy), Check.notNull("limit", limit));
        Check.notNull("decision", decision);
        LimitState state = new LimitState(policy, decision.remaining(), decision.retryAfter(), decision.resetAfter());
        return fields(item, item("policy", state), decision);
    }

    /**
     * The fields of a decision by several limits: the policies of all, and where each of them stands, with its own
     * remainder and its own effective window. A decision that does not say so has no {@code RateLimit} field.
     *
     * @param limits the limits, such as {@link CompositeRateLimiter#limits()}; their names must be printable ASCII
     * @param decision what they decided
     * @return the fields by their names, in the order in which they are best read; not modifiable
     * @throws IllegalArgumentException if an argument is null or empty, or a name is not allowed
     */
    public static Map<String, String> of(List<NamedLimit> limits, Decision decision) {
        if (Check.notNull("limits", limits).isEmpty()) {
            throw new IllegalArgumentException("limits: must not be empty");
        }
        String policies = limits.stream()
                .map(each -> policy("limits", each.name(), each.limit()))
                .collect(Collectors.joining(", "));
        String items = Check.notNull("decision", decision).limits().stream()
                .map(each -> item("decision", each))
                .collect(Collectors.joining(", "));
        return fields(policies, items, decision);
    }

    /** No items are no field. */
    private static Map<String, String> fields(String policies, String items, Decision decision) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(POLICY, policies);
        if (!items.isEmpty()) {
            fields.put(LIMIT, items);
        }
        if (!decision.allowed()) {
            fields.put(RETRY_AFTER, Long.toString(retrySeconds(decision.retryAfter())));
        }
        return Collections.unmodifiableMap(fields);
    }

    private static String item(String parameter, LimitState state) {
        long seconds = state.retryAfter().isZero() ? seconds(state.resetAfter()) : retrySeconds(state.retryAfter());
        return quoted(parameter, state.name()) + ";r=" + Math.max(state.remaining(), 0) + ";t=" + seconds;
    }

    private static String policy(String parameter, String name, Limit limit) {
        return quoted(parameter, name) + ";q=" + limit.permits() + ";w=" + seconds(limit.period());
    }

    private static long retrySeconds(Duration retryAfter) {
        return Math.max(seconds(retryAfter), 1);
    }

    private static long seconds(Duration time) {
        return time.plusSeconds(1).minusNanos(1).toSeconds();
    }

    /** A string of a structured field. */
    private static String quoted(String parameter, String name) {
        StringBuilder out = new StringBuilder(name.length() + 2).append('"');
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c > '~') {
                throw new IllegalArgumentException(parameter + ": must be printable ASCII");
            }
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        return out.append('"').toString();
    }
}
