package io.github.redispatterns.benchmarks.run;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.bench.RedisBench;
import io.github.redispatterns.benchmarks.drive.Round;
import io.github.redispatterns.benchmarks.worker.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One run of one bench with a server. */
final class RedisBenchRun {

    private record CellKey(Load load, Contender contender) {}

    private final RedisBench bench;
    private final BenchServer server;
    private final Workers workers;
    private final Settings settings;
    private final Progress progress;

    /** Letters, digits and dashes only: nothing in it is special to a library or to a glob. */
    private final String prefix = "bench-" + UUID.randomUUID().toString().substring(0, 8);

    private final Map<CellKey, Cell> cells = new HashMap<>();
    private final Map<Contender, Footprint> footprints = new HashMap<>();
    private int subjects;

    RedisBenchRun(RedisBench bench, BenchServer server, Workers workers, Settings settings, Progress progress) {
        this.bench = bench;
        this.server = server;
        this.workers = workers;
        this.settings = settings;
        this.progress = progress;
    }

    List<Sample> run() {
        for (int fork = 0; fork < settings.forks(); fork++) {
            String where = "fork " + (fork + 1) + " of " + settings.forks();
            progress.at("starting " + where);
            try (Crew crew = Crew.start(workers, bench, server.uri())) {
                if (fork == 0) {
                    weigh(crew);
                }
                for (Load load : bench.loads()) {
                    measure(crew, load, fork * settings.rounds(), where);
                }
            } finally {
                server.delete(prefix); // what a failure has left
            }
        }
        return samples();
    }

    private void weigh(Crew crew) {
        List<Contender> contenders = bench.contenders();
        String mine = nextPrefix();
        open(crew, contenders, Load.threads(1), mine);
        for (Contender contender : contenders) {
            crew.of(contender).populate();
            footprints.put(contender, server.weigh(prefix(mine, contenders, contender)));
        }
        close(crew, contenders);
        server.delete(mine);
    }

    /** All at once: most of it is waiting, and loading of classes, for which there is more than one processor. */
    private static void open(Crew crew, List<Contender> contenders, Load load, String mine) {
        contenders.forEach(contender -> crew.of(contender).open(load, prefix(mine, contenders, contender)));
        contenders.forEach(contender -> crew.of(contender).awaitDone());
    }

    private static void close(Crew crew, List<Contender> contenders) {
        contenders.forEach(contender -> crew.of(contender).closeSubject());
        contenders.forEach(contender -> crew.of(contender).awaitDone());
    }

    private static String prefix(String mine, List<Contender> contenders, Contender contender) {
        return mine + contenders.indexOf(contender) + '-'; // so that 1 is not the beginning of 11
    }

    private void measure(Crew crew, Load load, int firstRound, String where) {
        List<Contender> contenders = bench.contenders(load);
        String mine = nextPrefix();
        open(crew, contenders, load, mine);
        progress.at(load + ", " + where + ", warming up");
        for (Contender contender : contenders) {
            crew.of(contender).run(settings.warmUp());
        }
        for (int i = 0; i < settings.rounds(); i++) {
            progress.at(load + ", " + where + ", round " + (i + 1) + " of " + settings.rounds());
            for (Contender contender : TakingTurns.order(contenders, firstRound + i)) {
                CommandStats before = server.commandStats();
                Round round = crew.of(contender).run(settings.round());
                cell(load, contender).add(round, server.commandStats().since(before));
            }
        }
        close(crew, contenders);
        server.delete(mine);
    }

    private String nextPrefix() {
        return prefix + '-' + subjects++ + '-';
    }

    private Cell cell(Load load, Contender contender) {
        return cells.computeIfAbsent(new CellKey(load, contender), key -> new Cell(who(contender), load));
    }

    private List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        for (Load load : bench.loads()) {
            for (Contender contender : bench.contenders(load)) {
                samples.add(cell(load, contender).sample(footprints.get(contender)));
            }
        }
        return samples;
    }

    private Sample.Who who(Contender contender) {
        return new Sample.Who(bench.label(contender), contender.library(), contender.configuration());
    }
}
