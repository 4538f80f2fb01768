package io.github.redispatterns.testkit;

import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What all nodes of a cluster say at one moment.
 *
 * @param views of the nodes that answered
 * @param complaints by node; empty lists are left out
 */
record ClusterSurvey(ClusterShape shape, Map<RedisNode, ClusterView> views, Map<RedisNode, List<String>> complaints) {

    static ClusterSurvey of(ClusterShape shape) {
        ClusterSurvey survey = new ClusterSurvey(shape, new LinkedHashMap<>(), new LinkedHashMap<>());
        shape.nodes().forEach(survey::ask);
        survey.orphan().ifPresent(node -> survey.complain(node, "is a master without slots, and one has no replica"));
        return survey;
    }

    private void ask(RedisNode node) {
        try {
            ClusterView view = ClusterView.seenBy(node);
            views.put(node, view);
            ClusterView.complaintsOf(node).forEach(complaint -> complain(node, complaint));
            view.obstacles(shape.nodes().size()).forEach(obstacle -> complain(node, obstacle));
            if (!views.values().iterator().next().owners().equals(view.owners())) {
                complain(
                        node,
                        "names other owners of slots than "
                                + views.keySet().iterator().next());
            }
        } catch (RedisException e) {
            complain(node, "does not answer: " + e.getMessage());
        }
    }

    private void complain(RedisNode node, String complaint) {
        complaints.computeIfAbsent(node, any -> new ArrayList<>()).add(complaint);
    }

    /** One line for each node that is not well, followed by what it sees. */
    List<String> obstacles() {
        return complaints.entrySet().stream()
                .map(entry -> entry.getKey() + " " + String.join(", ", entry.getValue()) + sight(entry.getKey()))
                .toList();
    }

    private String sight(RedisNode node) {
        ClusterView view = views.get(node);
        return view == null ? "" : "; it sees\n" + view.text().stripTrailing();
    }

    /**
     * A replaced master becomes a replica only if it learns of all its slots' new owner in one message. A node that
     * imports one of them tells it of all but that one; then it stays a master of nothing.
     */
    void adoptOrphan() {
        orphan().ifPresent(orphan -> unreplicated().ifPresent(master -> {
            try {
                orphan.call(commands -> commands.clusterReplicate(shape.id(master)));
            } catch (RedisException e) {
                complain(orphan, "cannot become a replica of " + master + ": " + e.getMessage());
            }
        }));
    }

    /** Only once all agree, for until then it may still find its master itself; given servers are not ours to change. */
    private Optional<RedisNode> orphan() {
        boolean allAgree = views.size() == shape.nodes().size()
                && views.values().stream().map(ClusterView::owners).distinct().count() == 1;
        return allAgree && unreplicated().isPresent()
                ? first(node -> node.isManaged() && isMaster(node) && !ownsSlots(node))
                : Optional.empty();
    }

    private Optional<RedisNode> unreplicated() {
        return first(master -> isMaster(master)
                && ownsSlots(master)
                && views.entrySet().stream()
                        .noneMatch(other -> other.getValue().replicatesOf(shape.id(other.getKey()), shape.id(master))));
    }

    private Optional<RedisNode> first(Predicate<RedisNode> condition) {
        return views.keySet().stream().filter(condition).findFirst();
    }

    private boolean isMaster(RedisNode node) {
        ClusterView own = views.get(node);
        return own != null && own.isMaster(shape.id(node));
    }

    private boolean ownsSlots(RedisNode node) {
        ClusterView own = views.get(node);
        return own != null && own.ownsSlots(shape.id(node));
    }
}
