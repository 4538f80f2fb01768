package io.github.redispatterns.lab.run;

import io.github.redispatterns.testkit.RedisNode;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;

/** Deletes an experiment's keys from every master. */
final class Cleanup implements AutoCloseable {

    private final Context context;

    Cleanup(Context context) {
        this.context = context;
    }

    /** A key that never expires would stay for good if the lab were killed before it could delete it. */
    void refuseImmortalKeys() {
        List<String> immortal = new ArrayList<>();
        for (RedisNode master : context.deployment().masters()) {
            immortal.addAll(master.call(commands -> keys(commands).stream()
                    .filter(key -> commands.pttl(key) == -1)
                    .toList()));
        }
        if (!immortal.isEmpty()) {
            throw new IllegalStateException("The experiment made " + immortal.size() + " keys without a time to live");
        }
    }

    @Override
    public void close() {
        for (RedisNode master : context.deployment().masters()) {
            // One by one: on a Cluster the keys are in many slots.
            master.call(commands ->
                    keys(commands).stream().mapToLong(commands::unlink).sum());
        }
    }

    private List<String> keys(RedisCommands<String, String> commands) {
        List<String> keys = new ArrayList<>();
        ScanArgs ours = ScanArgs.Builder.matches(context.keys().pattern()).limit(1000);
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            KeyScanCursor<String> page = commands.scan(cursor, ours);
            keys.addAll(page.getKeys());
            cursor = page;
        } while (!cursor.isFinished());
        return keys;
    }
}
