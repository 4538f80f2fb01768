package io.github.redispatterns.lab;

import io.github.redispatterns.lab.run.Experiment;
import io.github.redispatterns.lab.run.Load;
import io.github.redispatterns.lab.run.Progress;
import io.github.redispatterns.lab.run.Report;
import java.util.List;
import java.util.function.Consumer;

/** Where experiments are run. */
interface Laboratory {

    /** Runs experiments and gives each report as soon as there is one; true if all of them hold. */
    boolean run(List<Experiment> experiments, Load load, Progress progress, Consumer<Report> reports);
}
