package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The examples in README.md, compiled, and run by {@link RateLimitExamplesIT}. */
final class RateLimitExamples {

    private RateLimitExamples() {}

    static Decision quickStart(Redis redis, KeySpace keySpace, Consumer<Duration> tooManyRequests) {
        // region quick-start
        RateLimiter api = RateLimiter.create(
                redis,
                keySpace,
                Algorithm.TOKEN_BUCKET,
                Limit.of(100, Duration.ofMinutes(1)).withBurst(20)); // 100 a minute, at most 20 at once

        Decision decision = api.tryAcquire("user-42");
        if (!decision.allowed()) {
            tooManyRequests.accept(decision.retryAfter()); // exactly then it would be granted
        }
        // endregion
        api.close();
        return decision;
    }

    static CompletionStage<Decision> more(RateLimiter api, Limit promoted) {
        // region more
        Decision batch = api.tryAcquire("user-42", 5); // five permits, or none
        Decision soon =
                api.acquire("user-42", 1, Duration.ofSeconds(2)); // waits, or refuses at once if 2 s are too short
        long left = api.peek("user-42").remaining(); // takes nothing
        api.setLimit(promoted); // what was taken stays taken
        api.reset("user-42"); // forgets it
        CompletionStage<Decision> later = api.tryAcquireAsync("user-42"); // each has such a twin
        // endregion
        if (!batch.allowed() || !soon.allowed() || left < 0) {
            throw new IllegalStateException("the limit is too small");
        }
        return later;
    }

    static Decision several(Redis redis, KeySpace keySpace, String user, String address) {
        // region several
        CompositeRateLimiter api = CompositeRateLimiter.builder(redis, keySpace)
                .limit(NamedLimit.of("second", Algorithm.GCRA, Limit.of(10, Duration.ofSeconds(1)))
                        .per("user"))
                .limit(NamedLimit.of("day", Algorithm.FIXED_WINDOW, Limit.of(5_000, Duration.ofDays(1)))
                        .per("user"))
                .limit(NamedLimit.of("address", Algorithm.GCRA, Limit.of(100, Duration.ofSeconds(1)))
                        .per("ip"))
                .limit(NamedLimit.of("total", Algorithm.TOKEN_BUCKET, Limit.of(20_000, Duration.ofSeconds(1)))
                        .per(NamedLimit.ALL))
                .hashTag("api") // on a Cluster they have to share a slot
                .options(RateLimiterOptions.builder()
                        .whenDown(Fallback.local(0.1)) // of ten instances; else failures are thrown
                        .build())
                .build();

        Decision decision = api.tryAcquire(Map.of("user", user, "ip", address)); // of all four, or of none
        if (!decision.allowed()) {
            throw new IllegalStateException("Slow down: " + decision.refusedBy().orElseThrow());
        }
        // endregion
        api.close();
        return decision;
    }

    static String slots(Redis redis, KeySpace keySpace, Supplier<String> report) {
        // region slots
        ConcurrencyLimiter reports = ConcurrencyLimiter.create(redis, keySpace, 3, Duration.ofMinutes(2));

        SlotDecision decision = reports.tryAcquire("tenant-7");
        if (!decision.allowed()) {
            return "Three are under way; come again in " + decision.retryAfter() + " at the latest";
        }
        try (Slot slot = decision.slot().orElseThrow()) { // of a process that dies it comes back after two minutes
            return report.get() + (slot.extend() ? ", and on" : ", too late");
        }
        // endregion
    }

    static Map<String, String> headers(RateLimiter api) {
        // region headers
        Decision decision = api.tryAcquire("user-42");
        Map<String, String> fields = RateLimitHeaders.of("default", api.limit(), decision);
        // of 10 a minute, the first one taken:
        // RateLimit-Policy: "default";q=10;w=60
        // RateLimit: "default";r=9;t=6
        // and, of a refusal, Retry-After: 6
        // endregion
        return fields;
    }

    static String resilience(RateLimiter api, Supplier<String> call) {
        // region resilience4j
        RateLimiterConfig waitASecond = RateLimiterConfig.custom()
                .timeoutDuration(Duration.ofSeconds(1))
                .build();
        Resilience4jRateLimiter partner = Resilience4jRateLimiter.of("partner", api, "partner-api", waitASecond);

        String answer = partner.executeSupplier(call); // RequestNotPermitted if the fleet has called too often
        // endregion
        return answer;
    }
}
