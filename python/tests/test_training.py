"""Progress, callbacks and Ctrl-C."""

import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from conftest import QUICK

import plstm


def test_callbacks_see_every_epoch(smiles, numbers):
    seen = []
    plstm.MoleculeRegressor(**{**QUICK, "members": 2, "epochs": 3}, callbacks=seen.append).fit(smiles, numbers)
    assert sorted((p.member, p.epoch) for p in seen) == [(m, e) for m in (0, 1) for e in (1, 2, 3)]
    assert {(p.members, p.epochs) for p in seen} == {(2, 3)}
    assert all(np.isfinite(p.train_loss) and p.learning_rate >= 0 for p in seen)


def test_a_callback_ends_the_training(smiles, numbers):
    seen = []

    def stop_after_two(progress):
        seen.append(progress)
        return progress.epoch == 2

    model = plstm.MoleculeRegressor(**{**QUICK, "epochs": 50}, callbacks=[stop_after_two]).fit(smiles, numbers)
    assert len(seen) == 2
    assert np.isfinite(model.predict(smiles)).all()


def test_what_a_callback_raises_ends_the_training(smiles, numbers):
    def fail(progress):
        raise LookupError("no such place")

    model = plstm.MoleculeRegressor(**QUICK, callbacks=fail)
    with pytest.raises(LookupError, match="no such place"):
        model.fit(smiles, numbers)
    with pytest.raises(ValueError, match="not fitted"):
        model.predict(smiles)


def test_lines_of_progress(smiles, numbers, capfd):
    plstm.MoleculeRegressor(**QUICK, verbose=2).fit(smiles, numbers)
    assert "epoch 2/2" in capfd.readouterr().err
    plstm.MoleculeRegressor(**QUICK).fit(smiles, numbers)
    assert capfd.readouterr().err == ""


def test_a_bar_or_lines(smiles, numbers, capfd):
    plstm.MoleculeRegressor(**QUICK, verbose=1).fit(smiles, numbers)
    assert "2/2" in capfd.readouterr().err


@pytest.fixture
def ctrl_c():
    """Signals are heard also where the tests run in the background, where shells turn them off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_ends_a_training(smiles, numbers):
    started = threading.Event()
    model = plstm.MoleculeRegressor(**{**QUICK, "epochs": 1_000_000}, callbacks=lambda progress: started.set())

    def interrupt():
        started.wait(60)
        signal.raise_signal(signal.SIGINT)  # by another thread: the main one is in the library

    thread = threading.Thread(target=interrupt)
    thread.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.fit(smiles, numbers)
    thread.join()
    assert time.monotonic() - began < 60
    with pytest.raises(ValueError, match="not fitted"):
        model.predict(smiles)
    model.set_params(epochs=1).fit(smiles, numbers)


def test_ctrl_c_ends_a_program():
    program = textwrap.dedent("""
        import signal
        import plstm
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("ready", flush=True)
        smiles = ["C" * (i % 30 + 1) for i in range(300)]
        plstm.MoleculeRegressor(members=2, epochs=1_000_000).fit(smiles, [len(s) % 7 for s in smiles])
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert b"KeyboardInterrupt" in errors
    assert process.returncode != 0


def test_other_threads_run_during_a_training(smiles, numbers):
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(None)
            done.wait(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    plstm.MoleculeRegressor(**{**QUICK, "epochs": 20}).fit(smiles, numbers)
    done.set()
    thread.join()
    assert len(ticks) > 5


def test_several_threads_may_train_and_predict(smiles, numbers):
    results = [None] * 3

    def work(i):
        results[i] = plstm.MoleculeRegressor(**QUICK).fit(smiles, numbers).predict(smiles)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])
