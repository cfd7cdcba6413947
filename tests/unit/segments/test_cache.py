"""Rules of the memory of logs: it is bounded, and it writes nothing twice that it still has."""

from auditmock.fixtures.segments.cache import LoadingLogCache, LogCache

CAPACITY = 16_384


def test_a_log_is_kept_and_given_back() -> None:
    """Keeping a log gives it back and remembers it."""
    memory = LogCache()

    assert memory.keep(7, b"seven") == memory[7] == b"seven"


def test_the_memory_is_bounded() -> None:
    """Beyond its capacity a memory forgets what it kept first."""
    memory = LogCache()
    for number in range(CAPACITY + 3):
        memory.keep(number, b"")

    assert list(memory) == list(range(3, CAPACITY + 3))


def test_a_recall_writes_what_it_does_not_know() -> None:
    """Of each number the log is written once."""
    written: list[int] = []

    def write(number: int) -> bytes:
        written.append(number)
        return b"%d" % number

    recall = LoadingLogCache(write)

    assert [recall[number] for number in (1, 2, 1, 1)] == [b"1", b"2", b"1", b"1"]
    assert written == [1, 2]
