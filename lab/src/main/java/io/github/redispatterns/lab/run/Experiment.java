package io.github.redispatterns.lab.run;

/**
 * A question that an interviewer asks, and two answers to it that are run for real on the same load: the naive one,
 * which is seen to fail, and the recipe.
 *
 * <p><b>Thread safety</b>: implementations hold no state; one run is independent of another.
 */
public interface Experiment {

    /**
     * The name, unique in the lab.
     *
     * @return {@code module/name}, such as {@code cache-aside/stampede}
     */
    String name();

    /**
     * What the interviewer asks.
     *
     * @return one or two sentences
     */
    String question();

    /**
     * The naive answer, as the guides give it.
     *
     * @return one or two sentences
     */
    String naive();

    /**
     * Our answer.
     *
     * @return one or two sentences
     */
    String recipe();

    /**
     * Runs both answers and measures them.
     *
     * @param context where and how much
     * @return what was measured
     * @throws NothingShownException if the naive answer did not fail, so that nothing is shown
     * @throws Exception if the experiment could not be run to its end
     */
    Result run(Context context) throws Exception;

    /**
     * The module that the experiment belongs to.
     *
     * @return the name up to the slash
     */
    default String module() {
        return name().substring(0, name().indexOf('/'));
    }
}
