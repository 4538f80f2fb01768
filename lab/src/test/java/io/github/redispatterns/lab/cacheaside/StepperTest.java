package io.github.redispatterns.lab.cacheaside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StepperTest {

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final List<String> did = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        thread.shutdownNow();
    }

    @Test
    void aTaskGoesNoFurtherThanItsNextPause() throws Exception {
        Stepper stepper = new Stepper(thread, pause -> {
            did.add("a");
            pause.here();
            did.add("b");
        });
        assertThat(did).isEmpty();
        stepper.step();
        assertThat(did).containsExactly("a");
        stepper.step();
        assertThat(did).containsExactly("a", "b");
        stepper.step(); // it has ended
        stepper.finish();
    }

    @Test
    void finishPassesEveryPause() throws Exception {
        Stepper stepper = new Stepper(thread, pause -> {
            pause.here();
            pause.here();
            did.add("end");
        });
        stepper.finish();
        assertThat(did).containsExactly("end");
    }

    @Test
    void aFailureReachesWhoeverSteps() {
        Stepper stepper = new Stepper(thread, pause -> {
            throw new IllegalStateException("lost");
        });
        assertThatThrownBy(() -> {
                    stepper.step();
                    stepper.finish();
                })
                .hasRootCauseMessage("lost");
    }
}
