"""Jobs on the machines of a Dask cluster. What a lost worker had in hand, another does again.

The machines share the folders that a job reads and writes, under the same paths, and have the same versions installed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sera_core.contracts import BadInput

if TYPE_CHECKING:
    from distributed import Client

_Waiting = deque[Any]  # of the cluster's promises
Item = TypeVar("Item")
Found = TypeVar("Found")
AHEAD = 4  # jobs a thread, under way or done and not yet asked for: memory stays flat however many there are


def connected(scheduler: str) -> Client:
    """A client of a running cluster.

    Parameters
    ----------
    scheduler : str
        Its address, ``tcp://HOST:PORT``.

    Raises
    ------
    BadInput
        When there is no address, no cluster at it, or the package is missing.
    """
    if not scheduler:
        raise BadInput("no_scheduler", "The dask engine needs a running cluster: add --scheduler tcp://HOST:PORT.")
    try:
        from distributed import Client
    except ImportError as error:
        raise BadInput("no_dask", "The dask engine needs one more package: run 'pip install distributed'.") from error
    try:
        return Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise BadInput("no_scheduler", f"No Dask scheduler answers at {scheduler}: check the address.") from error


def in_order(job: Callable[[Item], Found], items: Iterable[Item], scheduler: str) -> Iterator[Found]:
    """``map(job, items)`` on a cluster.

    Raises
    ------
    BadInput
        As :func:`connected`, and whatever a job refuses.
    """
    with connected(scheduler) as client:
        todo, waiting = iter(items), _Waiting()
        while True:
            room = AHEAD * max(sum(client.nthreads().values()), 1) - len(waiting)
            waiting.extend(client.submit(job, item, pure=False) for item in islice(todo, max(room, 0)))
            if not waiting:
                return
            yield waiting.popleft().result()
