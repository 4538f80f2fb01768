package io.github.redispatterns.lab.show;

import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Report;
import java.util.List;

/** Writes what there is and what came of it. */
public interface Renderer {

    /**
     * Lists experiments.
     *
     * @param experiments in this order
     */
    void list(List<Experiment> experiments);

    /**
     * Shows how one experiment ended, at once.
     *
     * @param report the report
     */
    void report(Report report);

    /**
     * Sums up after the last experiment.
     *
     * @param reports all of the run
     */
    void summary(List<Report> reports);
}
