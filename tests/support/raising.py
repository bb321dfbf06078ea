"""`with raises_code(NotAllowed, "pin.wrong"):` as `pytest.raises`, with the error's code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from testigo.errors import TestigoError


@contextmanager
def raises_code(kind: type[TestigoError], code: str, **values: Any) -> Iterator[pytest.ExceptionInfo[TestigoError]]:
    """The block raises an error of exactly this code, with these values among its own; yields what `pytest.raises`
    does.
    """
    with pytest.raises(kind) as caught:
        yield caught
    found = {name: caught.value.message.values.get(name) for name in values}
    assert (caught.value.code, found) == (code, values)
