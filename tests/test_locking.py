import pickle
from multiprocessing import get_context
from threading import Timer

from synpose.locking import FileLock


def test_alone_or_shared(tmp_path):
    first, second, third = (FileLock(tmp_path / 'lock') for _ in range(3))
    assert first.acquire(shared=True)
    assert second.acquire(shared=True)
    assert not third.acquire()
    first.release()
    assert not third.acquire()
    second.release()
    assert third.acquire()
    assert not first.acquire(shared=True)


def test_a_lock_whose_file_was_replaced_is_no_lock(tmp_path):
    first, second = (FileLock(tmp_path / 'lock') for _ in range(2))
    assert first.acquire()
    first.path.unlink()
    assert second.acquire()  # a new file
    assert first.path.exists()


def test_waiting_is_worth_it(tmp_path):
    first, second = (FileLock(tmp_path / 'lock') for _ in range(2))
    first.acquire()
    timer = Timer(0.2, first.release)
    timer.start()
    assert second.acquire(patience=30)
    timer.join()


def test_a_killed_process_frees_it(tmp_path):
    context = get_context('fork')
    ready = context.Event()
    lock = FileLock(tmp_path / 'lock')
    process = context.Process(target=lambda: (lock.acquire(), ready.set(), context.Event().wait()))
    process.start()
    assert ready.wait(20)
    assert not FileLock(lock.path).acquire()
    process.kill()
    process.join()
    assert FileLock(lock.path).acquire()


def test_a_pickled_copy_holds_nothing(tmp_path):
    lock = FileLock(tmp_path / 'lock')
    lock.acquire()
    pickle.loads(pickle.dumps(lock)).release()
    assert not FileLock(lock.path).acquire()
