package io.github.redispatterns.lab.cacheaside;

import io.github.redispatterns.lab.equipment.Child;
import java.io.IOException;

/** A {@link ServiceProcess} as its parent sees it. */
final class RemoteService implements Member {

    private final Child process;

    private RemoteService(Child process) {
        this.process = process;
    }

    /** Starts the process; {@link #awaitReady} must follow. */
    static RemoteService start(Service.Setup setup) throws IOException {
        return new RemoteService(Child.start(ServiceProcess.class, setup));
    }

    /** Waits until the process is connected to everything. */
    void awaitReady() throws IOException, InterruptedException {
        process.answer();
    }

    @Override
    public void lineUp(Answer answer, int readers) throws IOException, InterruptedException {
        process.ask(ServiceProcess.LINE_UP + " " + answer + " " + readers);
    }

    @Override
    public Reading go() throws IOException, InterruptedException {
        return Reading.decode(process.ask(ServiceProcess.GO));
    }

    @Override
    public void close() {
        process.close();
    }
}
