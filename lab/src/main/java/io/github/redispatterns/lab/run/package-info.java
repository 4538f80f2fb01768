/**
 * What an experiment is, and how experiments are run. Nothing here knows of a terminal or of JSON: whoever shows the
 * {@link io.github.redispatterns.lab.run.Report}s, a command line now and a web page later, is somewhere else.
 */
@NullMarked
package io.github.redispatterns.lab.run;

import org.jspecify.annotations.NullMarked;
