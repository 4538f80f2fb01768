package io.github.redispatterns.ratelimit;

import io.github.redispatterns.core.Check;
import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Where the limits of several subjects are. */
final class CompositeKeys {

    private final KeySpace keys;
    private final @Nullable String hashTag;
    /** In the order of a call's keys. */
    private final List<String> subjects;
    /** Those of them that have an id. */
    private final Set<String> named;

    /** Refuses subjects whose keys cannot share a slot. */
    CompositeKeys(Topology topology, KeySpace keys, @Nullable String hashTag, List<String> subjects) {
        if (topology == Topology.CLUSTER && hashTag == null && subjects.size() > 1) {
            throw new IllegalArgumentException("limits: the subjects " + subjects + " are in different slots, and a"
                    + " Cluster decides at once only on what is in one; give them a common hash tag, for instance"
                    + " by hashTag(\"limits\") on this builder, which puts all of them on one master");
        }
        this.keys = keys;
        this.hashTag = hashTag;
        this.subjects = subjects;
        this.named = new TreeSet<>(subjects);
        named.remove(NamedLimit.ALL);
    }

    /** One for each subject, in their order; the ids must be of all that have one, and of no other. */
    CompositeKey ofCall(Map<String, String> ids) {
        if (!Check.notNull("ids", ids).keySet().equals(named)) {
            throw new IllegalArgumentException("ids: must be of " + named + " and of nothing else");
        }
        List<String> at = new ArrayList<>(subjects.size());
        for (String subject : subjects) {
            at.add(key(subject, ids.get(subject)));
        }
        return new CompositeKey(at);
    }

    /** Of some subjects, at least of one. */
    CompositeKey ofSome(Map<String, String> ids) {
        if (Check.notNull("ids", ids).isEmpty() || !subjects.containsAll(ids.keySet())) {
            throw new IllegalArgumentException("ids: must be of " + subjects + " and of nothing else");
        }
        return new CompositeKey(ids.entrySet().stream()
                .map(each -> key(each.getKey(), each.getValue()))
                .toList());
    }

    private String key(String subject, @Nullable String givenId) {
        String id = subject.equals(NamedLimit.ALL) ? NamedLimit.ALL : Check.notNull("id", givenId);
        KeySpace own = keys.child(subject);
        String tag = hashTag;
        return tag == null ? own.key(id) : own.key(tag, Check.text("id", id));
    }
}
