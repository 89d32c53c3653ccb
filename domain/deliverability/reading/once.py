"""A property that is worked out once, when it is first asked for."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801  # reads as the decorator that it is
    """Work a property out at the first question and keep the answer in the object.

    Like ``functools.cached_property``, without its lock: a mail is read by one thread, and asks some thirty of these.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the name under which the answer is kept."""
        self._name = name

    @overload
    def __get__(self, there: None, owner: type) -> "once[T]": ...

    @overload
    def __get__(self, there: object, owner: type) -> T: ...

    def __get__(self, there: object | None, owner: type) -> "once[T] | T":
        """Work it out; from then on the object's own dictionary answers before this is asked."""
        if there is None:
            return self
        found = there.__dict__[self._name] = self._work(there)
        return found
