"""What a test expects of an error: `pytest.raises(IllegalStep, check=coded("order.old"))`."""

from collections.abc import Callable

from testigo.errors import TestigoError


def coded(code: str, **values: object) -> Callable[[TestigoError], bool]:
    """Whether an error has this code, and these values among its own."""

    def same(error: TestigoError) -> bool:
        assert error.code == code, f"{error.code}, not {code}"
        return values.items() <= error.message.values.items()

    return same
