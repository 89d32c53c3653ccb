"""A payment gateway with a memory: it keeps orders by their number, and a test says what the payer does."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from domain.kernel.money import Money
from domain.kernel.ports import (
    CheckoutOrder,
    CheckoutSnapshot,
    CheckoutStatus,
    GatewayRefused,
    GatewayUnavailable,
    ProviderNews,
    Reversal,
)


@dataclass
class Page:
    """A hosted page that was opened."""

    session_id: str
    order: CheckoutOrder
    status: CheckoutStatus = CheckoutStatus.OPEN
    charge_id: str | None = None
    method: str = ""
    decline_code: str | None = None
    attempt_id: str | None = None
    reversals: list[Reversal] = field(default_factory=list)


class FakeGateway:
    """The port's rules without a wire: the same order is the same page, and only an open page can be ended."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.down = False
        self.refusing = ""
        self.calls: list[str] = []
        self.missed: list[ProviderNews] = []
        self._numbers = count(1)

    def takes(self, amount: Money) -> bool:
        return amount.minor >= 50

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        self._called("open")
        if self.refusing:
            raise GatewayRefused(self.refusing)
        for page in self.pages.values():
            if page.order.checkout_id == order.checkout_id:
                if page.order != order:
                    raise GatewayRefused("the same key came with another order")
                return self._snapshot(page)
        page = Page(f"cs_fake_{next(self._numbers)}", order)
        self.pages[page.session_id] = page
        return self._snapshot(page)

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        self._called("fetch")
        if session_id not in self.pages:
            raise GatewayRefused("no such session")
        return self._snapshot(self.pages[session_id])

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        self._called("expire")
        page = self.pages[session_id]
        if page.status is CheckoutStatus.OPEN:
            page.status = CheckoutStatus.EXPIRED
        return self._snapshot(page)

    async def find(self, object_id: str) -> str | None:
        self._called("find")
        if object_id in self.pages:
            return object_id
        of_charge = {page.charge_id: page.session_id for page in self.pages.values()}
        return of_charge.get(object_id)

    async def news(self, since: datetime) -> tuple[ProviderNews, ...]:
        self._called("news")
        return tuple(self.missed)

    # What the payer, the bank and the merchant do -------------------------------------------------

    @property
    def latest(self) -> Page:
        """The page that was opened last."""
        return list(self.pages.values())[-1]

    def pay(self, page: Page, *, method: str = "card ending 4242") -> None:
        page.status, page.method, page.decline_code, page.attempt_id = CheckoutStatus.PAID, method, None, None
        page.charge_id = page.charge_id or f"ch_fake_{next(self._numbers)}"

    def decline(self, page: Page, code: str = "card_declined") -> None:
        page.decline_code, page.attempt_id = code, f"ch_fake_{next(self._numbers)}"

    def debit(self, page: Page) -> None:
        page.status, page.method = CheckoutStatus.PROCESSING, "bank debit"
        page.charge_id = f"py_fake_{next(self._numbers)}"

    def bounce(self, page: Page, code: str = "insufficient_funds") -> None:
        page.status, page.decline_code = CheckoutStatus.FAILED, code

    def close(self, page: Page) -> None:
        page.status = CheckoutStatus.EXPIRED

    def reverse(self, page: Page, kind: str, amount: Money, object_id: str | None = None) -> str:
        object_id = object_id or f"re_fake_{next(self._numbers)}"
        page.reversals.append(Reversal(object_id, kind, amount))
        return object_id

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.down:
            raise GatewayUnavailable("the wire is cut")

    def _snapshot(self, page: Page) -> CheckoutSnapshot:
        return CheckoutSnapshot(
            session_id=page.session_id,
            checkout_id=page.order.checkout_id,
            status=page.status,
            amount=page.order.amount,
            charge_id=page.charge_id,
            method=page.method,
            decline_code=page.decline_code,
            attempt_id=page.attempt_id,
            reversals=tuple(page.reversals),
            url=f"https://checkout.test/{page.session_id}" if page.status is CheckoutStatus.OPEN else None,
        )
