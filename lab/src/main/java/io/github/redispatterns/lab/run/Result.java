package io.github.redispatterns.lab.run;

import java.util.List;

/**
 * What an experiment measured.
 *
 * @param naiveFailure how the naive answer failed, with the numbers of this run
 * @param claims what is claimed of the recipe; at least one
 */
public record Result(String naiveFailure, List<Claim> claims) {

    /** Copies the claims. */
    public Result {
        claims = List.copyOf(claims);
        if (claims.isEmpty()) {
            throw new IllegalArgumentException("claims: must not be empty");
        }
    }

    /**
     * Whether every claim holds.
     *
     * @return false if one does not
     */
    public boolean holds() {
        return claims.stream().allMatch(Claim::holds);
    }
}
