package io.github.redispatterns.brokenrecipe;

import io.github.redispatterns.cacheaside.CacheAside;
import io.github.redispatterns.lab.run.Experiment;
import io.lettuce.core.RedisAsyncCommandsImpl;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;

/** Breaks every rule of the house, to show that each of them can be broken. */
public class BrokenRecipe implements Serializable {

    private static final long serialVersionUID = 1L;

    static final Class<?> ANOTHER_RECIPE = CacheAside.class;
    static final Class<?> THE_LAB = Experiment.class;
    static final Class<?> LETTUCE_INSIDE = RedisAsyncCommandsImpl.class;

    /** Not asynchronous at all. */
    public void restAsync() throws InterruptedException {
        Thread.sleep(0);
        System.out.println("rested");
    }

    static long localTime() {
        return System.currentTimeMillis();
    }

    static Object read(ObjectInputStream in) throws IOException, ClassNotFoundException {
        return in.readObject();
    }
}
