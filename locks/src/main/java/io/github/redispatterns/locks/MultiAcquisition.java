package io.github.redispatterns.locks;

/** What came of asking for several locks. */
public sealed interface MultiAcquisition {

    /**
     * All of them are yours.
     *
     * @param lease the right to them, for a time; close it
     */
    record Acquired(MultiLease lease) implements MultiAcquisition {}

    /**
     * None of them is.
     *
     * @param resource the first that was not acquired
     * @param outcome why: anything but {@link Acquisition.Acquired}; if it was waited for, how long is for all together
     */
    record Refused(String resource, Acquisition outcome) implements MultiAcquisition {

        /** Without the resource, which is no matter of logs. */
        @Override
        public String toString() {
            return "Refused[" + outcome + ']';
        }
    }

    /**
     * The leases, for callers to whom anything else is a failure.
     *
     * @return the leases
     * @throws LockNotAcquiredException if one was not acquired; it says why
     */
    default MultiLease orElseThrow() {
        if (this instanceof Refused refused) {
            throw new LockNotAcquiredException(refused.outcome());
        }
        return ((Acquired) this).lease();
    }
}
