package io.github.redispatterns.locks;

import io.github.redispatterns.core.KeySpace;
import io.github.redispatterns.core.Redis;

/** What leases there are, for tests that all of them have to pass. */
enum Kind {
    LOCK {
        @Override
        DistributedLock holder(Redis redis, KeySpace keys) {
            return DistributedLock.create(redis, keys);
        }
    },
    READ {
        @Override
        DistributedLock holder(Redis redis, KeySpace keys) {
            return DistributedReadWriteLock.create(redis, keys).readLock();
        }

        @Override
        DistributedLock rival(Redis redis, KeySpace keys) {
            return WRITE.holder(redis, keys);
        }
    },
    WRITE {
        @Override
        DistributedLock holder(Redis redis, KeySpace keys) {
            return DistributedReadWriteLock.create(redis, keys).writeLock();
        }

        @Override
        DistributedLock rival(Redis redis, KeySpace keys) {
            return READ.holder(redis, keys);
        }
    },
    PERMIT {
        @Override
        DistributedLock holder(Redis redis, KeySpace keys) {
            return DistributedSemaphore.create(redis, keys, 1).lock;
        }
    };

    /** Of a process that gets such leases. */
    abstract DistributedLock holder(Redis redis, KeySpace keys);

    /** Of one that is kept out meanwhile. */
    DistributedLock rival(Redis redis, KeySpace keys) {
        return holder(redis, keys);
    }
}
