package io.github.redispatterns.lab.cacheaside;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Services that read together: one in this process, or several in processes of their own. */
final class Fleet implements AutoCloseable {

    private final List<Member> members = new ArrayList<>();

    private Fleet() {}

    static Fleet here(Service.Setup setup) throws SQLException {
        Fleet fleet = new Fleet();
        fleet.members.add(new Service(setup));
        return fleet;
    }

    static Fleet processes(int count, Service.Setup setup) throws Exception {
        Fleet fleet = new Fleet();
        try {
            List<RemoteService> started = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                RemoteService service = RemoteService.start(setup);
                started.add(service);
                fleet.members.add(service);
            }
            for (RemoteService service : started) {
                service.awaitReady();
            }
            return fleet;
        } catch (Exception | Error e) {
            fleet.close();
            throw e;
        }
    }

    /** Has each member line up that many readers, and then lets all of them begin together. */
    Reading read(Answer answer, int readersEach) throws Exception {
        ExecutorService starters = Executors.newFixedThreadPool(members.size());
        try {
            for (Member member : members) {
                member.lineUp(answer, readersEach);
            }
            List<Future<Reading>> readings = new ArrayList<>();
            for (Member member : members) {
                readings.add(starters.submit(member::go));
            }
            Reading all = readings.get(0).get();
            for (Future<Reading> reading : readings.subList(1, readings.size())) {
                all = all.plus(reading.get());
            }
            return all;
        } finally {
            starters.shutdownNow();
        }
    }

    @Override
    public void close() {
        members.forEach(Member::close);
    }
}
