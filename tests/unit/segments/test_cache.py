"""Log cache: it is bounded and never loads a cached log twice."""

from auditmock.fixtures.segments.cache import LoadingLogCache, LogCache

CAPACITY = 16_384


def test_keep_returns_the_log() -> None:
    """`keep` stores a log and returns it."""
    cache = LogCache()

    assert cache.add(7, b"seven") == cache[7] == b"seven"


def test_cache_is_bounded() -> None:
    """Beyond its capacity the cache evicts the oldest entries."""
    cache = LogCache()
    for number in range(CAPACITY + 3):
        cache.add(number, b"")

    assert list(cache) == list(range(3, CAPACITY + 3))


def test_loading_cache_loads_once() -> None:
    """The loading cache loads each log once."""
    written: list[int] = []

    def write(number: int) -> bytes:
        written.append(number)
        return b"%d" % number

    cache = LoadingLogCache(write)

    assert [cache[number] for number in (1, 2, 1, 1)] == [b"1", b"2", b"1", b"1"]
    assert written == [1, 2]
