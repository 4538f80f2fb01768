package io.github.redispatterns.benchmarks.worker;

import io.github.redispatterns.benchmarks.bench.Contender;
import io.github.redispatterns.benchmarks.bench.Load;
import io.github.redispatterns.benchmarks.drive.Driver;
import io.github.redispatterns.benchmarks.drive.Round;
import io.github.redispatterns.benchmarks.subject.Place;
import io.github.redispatterns.benchmarks.subject.Subject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The work of a worker: one contender, and at most one open subject of it. */
final class Session {

    private final Contender contender;
    private final String uri;
    private @Nullable Subject subject;
    private @Nullable Driver driver;

    Session(Contender contender, String uri) {
        this.contender = contender;
        this.uri = uri;
    }

    Answer obey(Order order) throws Exception {
        switch (order.verb()) {
            case OPEN -> open(Load.parse(order.load()), order.prefix());
            case POPULATE -> opened(subject).populate();
            case RUN -> {
                return Answer.of(run(Duration.ofMillis(order.millis())));
            }
            case CLOSE -> close();
        }
        return Answer.DONE;
    }

    private void open(Load load, String prefix) throws Exception {
        Subject opened = contender.factory().open(new Place(uri, prefix, load.threads(), load.clients()));
        subject = opened;
        driver = Driver.of(load, opened);
    }

    private Round run(Duration length) throws Exception {
        long before = opened(subject).loads();
        Round round = opened(driver).run(length);
        return round.withLoads(opened(subject).loads() - before);
    }

    private void close() {
        opened(driver).close();
        opened(subject).close();
        driver = null;
        subject = null;
    }

    private static <T> T opened(@Nullable T what) {
        if (what == null) {
            throw new IllegalStateException("No subject is open");
        }
        return what;
    }
}
