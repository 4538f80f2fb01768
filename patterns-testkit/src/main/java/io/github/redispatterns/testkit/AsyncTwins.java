package io.github.redispatterns.testkit;

import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Checks that every asynchronous method has a synchronous twin.
 *
 * <p>For a public method {@code xAsync} that returns {@code CompletionStage<T>} there must be a public {@code x} with
 * the same parameters that returns {@code T}: or its primitive, or {@code void} for {@link Void}. Where both have a
 * functional interface as a parameter, the interfaces may differ (a loader and its asynchronous form).
 *
 * <p><b>Does not guarantee</b>: that a synchronous method has an asynchronous twin; not every method does I/O.
 *
 * <p><b>Thread safety</b>: safe, without state.
 */
public final class AsyncTwins {

    private static final String SUFFIX = "Async";

    private AsyncTwins() {}

    /**
     * Checks public classes.
     *
     * @param types with their inherited public methods, static ones included
     * @throws IllegalArgumentException if one of them is null
     * @throws AssertionError that lists every deviation
     */
    public static void check(Class<?>... types) {
        List<String> deviations = new ArrayList<>();
        for (Class<?> type : Check.notNull("types", types)) {
            Arrays.stream(Check.notNull("types", type).getMethods())
                    .filter(method -> method.getName().endsWith(SUFFIX) && !method.isSynthetic())
                    .sorted(Comparator.comparing(Method::toGenericString))
                    .forEach(method -> check(type, method, deviations));
        }
        if (!deviations.isEmpty()) {
            throw new AssertionError(String.join("\n", deviations));
        }
    }

    private static void check(Class<?> type, Method async, List<String> deviations) {
        String where = type.getSimpleName() + "." + async.getName() + Arrays.toString(async.getGenericParameterTypes());
        if (!(async.getGenericReturnType() instanceof ParameterizedType returned)
                || returned.getRawType() != CompletionStage.class) {
            deviations.add(
                    where + " returns " + async.getGenericReturnType().getTypeName() + ", not CompletionStage<T>");
            return;
        }
        String name = async.getName().substring(0, async.getName().length() - SUFFIX.length());
        List<Method> twins = Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name) && !method.isSynthetic())
                .filter(method -> Modifier.isStatic(method.getModifiers()) == Modifier.isStatic(async.getModifiers()))
                .filter(method -> sameParameters(method, async))
                .toList();
        Type promised = returned.getActualTypeArguments()[0];
        if (twins.isEmpty()) {
            deviations.add(where + " has no twin " + name + " with the same parameters");
        } else if (twins.stream().noneMatch(twin -> returns(twin, promised))) {
            deviations.add(where + " promises " + promised.getTypeName() + ", but its twin returns "
                    + twins.get(0).getGenericReturnType().getTypeName());
        }
    }

    private static boolean sameParameters(Method sync, Method async) {
        if (sync.getParameterCount() != async.getParameterCount()) {
            return false;
        }
        for (int i = 0; i < sync.getParameterCount(); i++) {
            boolean functions = isFunction(sync.getParameterTypes()[i]) && isFunction(async.getParameterTypes()[i]);
            boolean same = sync.getGenericParameterTypes()[i]
                    .getTypeName()
                    .equals(async.getGenericParameterTypes()[i].getTypeName());
            if (!functions && !same) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFunction(Class<?> type) {
        return type.isInterface()
                && Arrays.stream(type.getMethods())
                                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                                .count()
                        == 1;
    }

    /** Type variables of two methods are the same if their names are. */
    private static boolean returns(Method sync, Type promised) {
        Class<?> raw = sync.getReturnType();
        Type actual = raw.isPrimitive() ? MethodType.methodType(raw).wrap().returnType() : sync.getGenericReturnType();
        return actual.getTypeName().equals(promised.getTypeName());
    }
}
