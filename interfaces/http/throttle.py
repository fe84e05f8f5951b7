"""The general limit on requests: a token bucket for each user, in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable

from interfaces.http.limits import TooManyRequests
from interfaces.http.principal import Principal

RATE = 100.0  # requests a second
BURST = 500.0
REMEMBERED = 10_000  # users; whoever was idle longest starts with a full bucket again


class Throttle:
    """``clock`` gives seconds that never go back."""

    def __init__(
        self, rate: float = RATE, burst: float = BURST, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, principal: Principal) -> None:
        """Take one token. Raises TooManyRequests when the bucket is empty."""
        if principal.kind == "gateway_key":
            return
        now = self._clock()
        tokens, at = self._buckets.get(principal.user_id, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        if tokens < 1:
            raise TooManyRequests("too many requests", retry_after=1)
        self._buckets[principal.user_id] = (tokens - 1, now)
        self._buckets.move_to_end(principal.user_id)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
