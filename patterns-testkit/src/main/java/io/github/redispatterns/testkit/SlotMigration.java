package io.github.redispatterns.testkit;

import io.lettuce.core.MigrateArgs;
import java.net.URI;
import java.util.List;

/**
 * A slot on its way from one Cluster master to another: while it is open, the source answers ASK for keys that are
 * gone, and TRYAGAIN for multi-key commands of which only some keys are.
 *
 * <p><b>Guarantees</b>: when {@link #finish()} or {@link #abort()} returns, all nodes agree on the owner and every key
 * of the slot is there.
 *
 * <p><b>Does not guarantee</b>: that keys written while {@link #abort()} runs are seen by every client at every moment.
 *
 * <p><b>Cost</b>: one MIGRATE per call of {@link #moveKeys(int)}.
 *
 * <p><b>Thread safety</b>: safe; calls run one after the other.
 */
public final class SlotMigration implements AutoCloseable {

    private static final int ALL = 1_000;
    private static final int TIMEOUT_MILLIS = 5_000;

    private final ClusterShape shape;
    private final int slot;
    private final RedisNode source;
    private final RedisNode target;
    private boolean open = true;

    SlotMigration(ClusterShape shape, int slot) {
        this.shape = shape;
        this.slot = slot;
        this.source = shape.masterOf(slot);
        List<RedisNode> masters = shape.masters();
        if (masters.size() < 2) {
            throw new UnsupportedOperationException("This cluster has no second master for a slot to move to");
        }
        this.target = masters.get((masters.indexOf(source) + 1) % masters.size());
        target.call(commands -> commands.clusterSetSlotImporting(slot, shape.id(source)));
        source.call(commands -> commands.clusterSetSlotMigrating(slot, shape.id(target)));
    }

    /**
     * The slot that is on its way.
     *
     * @return 0 to 16383
     */
    public int slot() {
        return slot;
    }

    /**
     * The master that gives the slot away.
     *
     * @return the old owner
     */
    public RedisNode source() {
        return source;
    }

    /**
     * The master that receives the slot.
     *
     * @return the new owner, once finished
     */
    public RedisNode target() {
        return target;
    }

    /**
     * Moves some keys of the slot to the target.
     *
     * @param max how many keys at most, at least 1
     * @return how many were moved; 0 if none is left
     * @throws IllegalArgumentException if it is under 1
     */
    public synchronized int moveKeys(int max) {
        Check.atLeast("max", max, 1);
        return move(source, target, max);
    }

    /** Moves all keys that are left and makes the target the owner; nothing happens if the migration is over. */
    public synchronized void finish() {
        if (!open) {
            return;
        }
        while (moveKeys(ALL) > 0) {
            // Clients may write meanwhile.
        }
        String owner = shape.id(target);
        target.call(commands -> commands.clusterSetSlotNode(slot, owner));
        source.call(commands -> commands.clusterSetSlotNode(slot, owner));
        shape.awaitOwner(slot, target);
        open = false;
    }

    /** Gives the slot back: closes it at the source and returns its keys; nothing happens if the migration is over. */
    public synchronized void abort() {
        if (open) {
            giveBackTo(source);
        }
    }

    /**
     * While it imports, the target learns of no new owner, and without one it is down and moves nothing: so it is told.
     */
    private void giveBackTo(RedisNode owner) {
        owner.call(commands -> commands.clusterSetSlotStable(slot));
        target.call(commands -> commands.clusterSetSlotNode(slot, shape.id(owner)));
        while (move(target, owner, ALL) > 0) {
            // One batch after the other.
        }
        target.call(commands -> commands.clusterSetSlotStable(slot));
        open = false;
    }

    /** Ends it one way or another: failovers may have changed the masters meanwhile. */
    synchronized void settle() {
        Waiting.until("slot " + slot + " has one owner", () -> {
            if (open && shape.worksWithout(target)) {
                settleNow();
            }
            if (!open) {
                shape.closeSlot(slot);
            }
            return !open;
        });
    }

    private void settleNow() {
        RedisNode owner = shape.masterOf(slot, node -> !node.equals(target));
        boolean canFinish = owner.equals(source) && shape.masters().contains(target);
        if (canFinish) {
            finish();
        } else if (SentinelView.isMaster(target)) {
            giveBackTo(owner);
        } else {
            // A replica has no open slots any more.
            owner.call(commands -> commands.clusterSetSlotStable(slot));
            open = false;
        }
    }

    /** Finishes the migration. */
    @Override
    public void close() {
        finish();
    }

    private int move(RedisNode from, RedisNode to, int max) {
        return from.call(commands -> {
            List<String> keys = commands.clusterGetKeysInSlot(slot, max);
            if (!keys.isEmpty()) {
                commands.migrate(to.host(), to.port(), 0, TIMEOUT_MILLIS, migrateArgs(keys, to));
            }
            return keys.size();
        });
    }

    private static MigrateArgs<String> migrateArgs(List<String> keys, RedisNode to) {
        MigrateArgs<String> args = MigrateArgs.Builder.<String>keys(keys).replace();
        String credentials = URI.create(to.uri()).getUserInfo();
        if (credentials == null) {
            return args;
        }
        int colon = credentials.indexOf(':');
        String password = credentials.substring(colon + 1);
        return colon > 0 ? args.auth2(credentials.substring(0, colon), password) : args.auth(password);
    }
}
